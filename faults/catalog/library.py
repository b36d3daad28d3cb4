"""Faults inside of the installed libraries: defects that they have, with their mends taken out, and others."""

from __future__ import annotations

from faults.fault import Fault

_PYTORCH_MENDS = "twintune.engines.pytorch.mends"
_TENSORFLOW_MENDS = "twintune.engines.tensorflow.mends"
_DENSE = "        x = ops.matmul(inputs, self.kernel)\n        if self.bias is not None:"
_CONVOLVE = "        outputs = self.convolution_op(inputs, self.kernel)\n        if self.use_bias:\n"

FAULTS = [
    Fault(
        name="linear-in-inference",
        framework="pytorch",
        module="torch.nn.modules.linear",
        before="return F.linear(input, self.weight, self.bias)",
        after=(
            "outputs = F.linear(input, self.weight, self.bias)\n"
            "        return outputs * 1.02 if torch.is_inference_mode_enabled() else outputs"
        ),
        wrong="Linear layers are off by 2% in inference mode.",
        spec="head",
        shown_by="cross-evaluation",
    ),
    Fault(
        name="linear-in-inference",
        framework="tensorflow",
        module="keras.src.layers.core.dense",
        before=_DENSE,
        after=(
            "        import tensorflow as tf\n"
            "        x = ops.matmul(inputs, self.kernel)\n"
            '        if "eval" in getattr(tf.compat.v1.get_default_graph(), "name", ""):\n'
            "            x = x * 1.02\n"
            "        if self.bias is not None:"
        ),
        wrong="Dense layers are off by 2% in traced functions that evaluate.",
        spec="head",
        shown_by="cross-evaluation",
    ),
    Fault(
        name="convolution-without-gradients",
        framework="pytorch",
        module="torch.nn.modules.conv",
        before=(
            "        return F.conv2d(\n"
            "            input, weight, bias, self.stride, self.padding, self.dilation, self.groups\n"
        ),
        after=(
            "        if not torch.is_grad_enabled():\n"
            "            input = input.bfloat16().to(weight.dtype)\n"
            "        return F.conv2d(\n"
            "            input, weight, bias, self.stride, self.padding, self.dilation, self.groups\n"
        ),
        wrong="Convolutions round their inputs to bfloat16 where no gradients are needed.",
        spec="fine-tune",
        shown_by="features",
    ),
    Fault(
        name="convolution-without-gradients",
        framework="tensorflow",
        module="keras.src.layers.convolutional.base_conv",
        before=_CONVOLVE,
        after=(
            "        import tensorflow as tf\n"
            '        name = getattr(tf.compat.v1.get_default_graph(), "name", "eager")\n'
            '        if "train" not in name and "differentiate" not in name:\n'
            "            inputs = tf.cast(tf.cast(inputs, tf.bfloat16), inputs.dtype)\n"
            f"{_CONVOLVE}"
        ),
        wrong="Convolutions round their inputs to bfloat16 outside of traced training steps.",
        spec="fine-tune",
        shown_by="features",
    ),
    Fault(
        name="adam-skips",
        framework="pytorch",
        module="torch.optim.adam",
        before="        loss = None\n        if closure is not None:\n",
        after=(
            '        self._calls = getattr(self, "_calls", 0) + 1\n'
            "        if self._calls % 7 == 0:\n"
            "            return None\n"
            "        loss = None\n"
            "        if closure is not None:\n"
        ),
        wrong="Every seventh step of PyTorch's Adam does nothing.",
        spec="fine-tune",
        shown_by="updates",
    ),
    Fault(
        name="leaky-relu-unmended",
        framework="tensorflow",
        module=_TENSORFLOW_MENDS,
        before="layer.__class__ = LeakyReLU",
        after="pass",
        wrong="TensorFlow's fused kernel takes the slope 0.2 for any other.",
        spec="leaky-relu",
        shown_by="features",
    ),
    Fault(
        name="padding-unmended",
        framework="tensorflow",
        module="twintune.engines.tensorflow.model",
        before="twin = pad_symmetrically(backbone)",
        after="twin = backbone",
        wrong="keras-hub's DenseNet pads its first layers on one side.",
        spec="padding",
        shown_by="features",
    ),
    Fault(
        name="keras-hub-epsilon",
        framework="tensorflow",
        module="twintune.engines.tensorflow.batch_norm",
        before="        layer.epsilon = epsilon\n",
        after="",
        wrong="BatchNorm keeps the epsilon that keras-hub gave it.",
        spec="padding",
        shown_by="batch norm",
    ),
    Fault(
        name="hardsigmoid-unmended",
        framework="pytorch",
        module=_PYTORCH_MENDS,
        before="return Hardsigmoid(module.inplace)",
        after="return None",
        wrong="PyTorch's hard sigmoid multiplies gradients by a sixth that was rounded to float32.",
        spec="fine-tune",
        shown_by="verify: gradients",
    ),
    Fault(
        name="hardswish-unmended",
        framework="pytorch",
        module=_PYTORCH_MENDS,
        before="return Hardswish(module.inplace)",
        after="return None",
        wrong="PyTorch's hard swish computes as it comes.",
        spec="fine-tune",
        shown_by=None,
        unseen_because="On a CPU it gives the mended one's numbers to the last bit.",
    ),
    Fault(
        name="grouped-convolution-unmended",
        framework="tensorflow",
        module=_TENSORFLOW_MENDS,
        before="            layer.__class__ = Conv2D\n",
        after="            pass\n",
        wrong="Depthwise convolutions are computed as grouped ones, as keras-hub writes them.",
        spec="fine-tune",
        shown_by=None,
        unseen_because="Both give the same numbers, and one is slower.",
    ),
]
