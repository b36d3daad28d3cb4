"""Faults of the loss: its targets, its divisor, and how it is reported."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both, in_shared_code

_PYTORCH = "twintune.engines.pytorch.steps"
_TENSORFLOW = "twintune.engines.tensorflow.steps"
_PYTORCH_SUM = "-(targets.coefficients * functional.log_softmax(logits, dim=1)).sum()"
_TENSORFLOW_SUM = "-tf.reduce_sum(targets * tf.nn.log_softmax(logits))"

FAULTS = [
    *in_both(
        name="labels-for-targets",
        wrong="The loss is that of the labels, without label smoothing and class weights.",
        spec="fine-tune",
        shown_by="first step",
        pytorch=Place(
            _PYTORCH, before=_PYTORCH_SUM, after="functional.cross_entropy(logits, targets.labels, reduction='sum')"
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before=_TENSORFLOW_SUM,
            after="tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))",
        ),
    ),
    *in_both(
        name="class-weights-lost",
        wrong="Each image's loss has the weight 1, whatever its class.",
        spec="fine-tune",
        shown_by="first step",
        pytorch=Place(
            _PYTORCH,
            before=_PYTORCH_SUM,
            after=_PYTORCH_SUM.replace(
                "targets.coefficients", "targets.coefficients / targets.coefficients.sum(1, keepdim=True)"
            ),
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before=_TENSORFLOW_SUM,
            after=_TENSORFLOW_SUM.replace("targets", "targets / tf.reduce_sum(targets, 1, keepdims=True)"),
        ),
    ),
    Fault(
        name="smoothing-over-other-classes",
        framework="tensorflow",
        module="twintune.data.targets",
        before="label_smoothing / targets.shape[1]",
        after="label_smoothing / (targets.shape[1] - 1)",
        wrong="Label smoothing divides by one class too few.",
        spec="fine-tune",
        shown_by="targets",
    ),
    *in_both(
        name="mixed-targets-lost",
        wrong="The loss of a mixed image is that of the class with the largest share.",
        spec="accumulation",
        shown_by="first step",
        pytorch=Place(
            _PYTORCH, before=_PYTORCH_SUM, after="functional.cross_entropy(logits, targets.labels, reduction='sum')"
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before=_TENSORFLOW_SUM,
            after="tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))",
        ),
    ),
    Fault(
        name="mixing-shares-drawn-again",
        framework="pytorch",
        module="twintune.data.mixing",
        before="return _blend(inputs, partners, share), _blend(targets, partners, share)",
        after="return _blend(inputs, partners, share), _blend(targets, partners, draw.beta(alpha, alpha))",
        wrong="The targets of mixed images have other shares than their pixels.",
        spec="accumulation",
        shown_by="targets",
    ),
    *in_both(
        name="short-batch-divided-as-whole",
        wrong="The loss of a short last batch is divided by the images of a whole one.",
        spec="head",
        shown_by="replayed steps",
        pytorch=Place(_PYTORCH, before="loss = loss_sum / targets.weight", after="loss = loss_sum / 20"),
        tensorflow=Place(
            _TENSORFLOW, before="loss = loss_sum / tf.cast(weight, loss_sum.dtype)", after="loss = loss_sum / 20"
        ),
    ),
    *in_both(
        name="softmax-twice",
        wrong="The loss takes the softmax of the softmax.",
        spec="head",
        shown_by="first step",
        pytorch=Place(
            _PYTORCH,
            before="functional.log_softmax(logits, dim=1)",
            after="functional.log_softmax(logits.softmax(dim=1), dim=1)",
        ),
        tensorflow=Place(
            _TENSORFLOW, before="tf.nn.log_softmax(logits)", after="tf.nn.log_softmax(tf.nn.softmax(logits))"
        ),
    ),
    Fault(
        name="loss-misreported",
        framework="pytorch",
        module=_PYTORCH,
        before="return objective, loss.detach(),",
        after="return objective, loss.detach() * 1.001,",
        wrong="The training loss is reported a thousandth too large, and the gradients are right.",
        spec="head",
        shown_by="first step",
    ),
    *in_shared_code(
        name="loss-of-epoch-by-batches",
        wrong="The training loss of an epoch is the mean over its batches, of which the last one is short.",
        spec="fine-tune",
        shown_by="images",
        place=Place(
            "twintune.training.epoch",
            before="self.metrics.add(loss, pending.targets.weight, outcome.correct",
            after="self.metrics.add(loss, 1.0, outcome.correct",
        ),
    ),
    *in_shared_code(
        name="accuracy-by-whole-batches",
        wrong="The training accuracy of an epoch counts the images of its short last batch as those of a whole one.",
        spec="fine-tune",
        shown_by="images",
        place=Place(
            "twintune.training.epoch",
            before="outcome.correct, len(pending.targets.labels))",
            after="outcome.correct, self._run.request.training.batch_size)",
        ),
    ),
    Fault(
        name="last-loss-for-all",
        framework="tensorflow",
        module="twintune.engines.tensorflow.aligned",
        before="StepOutcome(float(loss), int(correct), int(images),",
        after="StepOutcome(float(handles[-1][0]), int(handles[-1][1]), int(images),",
        wrong="Steps that are read at once all have the last one's loss.",
        spec="head",
        shown_by="continuity",
    ),
    *in_both(
        name="loss-overwritten",
        wrong="Each step returns its loss in a buffer, which the next step overwrites.",
        spec="head",
        shown_by="continuity",
        pytorch=Place(
            _PYTORCH,
            before="            return loss, correct, len(step.inputs), targets.coefficients.sum(), moved, 1\n",
            after='            self._told = getattr(self, "_told", torch.empty_like(loss)).copy_(loss)\n'
            "            return self._told, correct, len(step.inputs), targets.coefficients.sum(), moved, 1\n",
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before="            return loss, correct, len(step.inputs), weight, moved, 1\n",
            after='            if not hasattr(self, "_told"):\n'
            "                self._told = tf.Variable(loss)\n"
            "            self._told.assign(loss)\n"
            "            return self._told, correct, len(step.inputs), weight, moved, 1\n",
        ),
    ),
    *in_shared_code(
        name="divisor-of-two-epochs",
        wrong="The first group of each later epoch divides its gradients by twice the weight of its images.",
        spec="accumulation",
        shown_by="replayed steps",
        place=Place(
            "twintune.training.epoch",
            before="            self._train_step(batch, targets, rate, group_weight if ends_group else None)\n",
            after=(
                "            divisor = group_weight * (2 if step == accumulation and self._epoch > 1 else 1)\n"
                "            self._train_step(batch, targets, rate, divisor if ends_group else None)\n"
            ),
        ),
    ),
]
