"""Faults of validations and tests."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both

_LOOP = "twintune.training.loop"
_PREDICT = "            logits.append(self.context.engine.predict(batch.inputs))\n"
_PYTORCH = "return self._eval_step(as_layer_input(self.device.put(inputs))).cpu().numpy()"
_TENSORFLOW = "return self._eval_step(inputs).numpy()"

FAULTS = [
    Fault(
        name="short-batch-not-judged",
        framework="pytorch",
        module=_LOOP,
        before=_PREDICT,
        after=(
            "            if done and len(batch) < self.request.training.batch_size:\n"
            "                continue\n"
            f"{_PREDICT}"
        ),
        wrong="The short last batch of a split isn't judged.",
        spec="head",
        shown_by="images",
    ),
    Fault(
        name="batch-judged-again",
        framework="tensorflow",
        module=_LOOP,
        before=_PREDICT,
        after=(
            "            is_short = done and len(batch) < self.request.training.batch_size\n"
            "            inputs = inputs[: len(batch)] if is_short else batch.inputs\n"
            "            logits.append(self.context.engine.predict(inputs))\n"
        ),
        wrong="The short last batch of a split gets the images of the batch before it.",
        spec="head",
        shown_by="cross-evaluation",
    ),
    *in_both(
        name="probabilities-for-logits",
        wrong="An evaluation takes the softmax of the softmax.",
        spec="head",
        shown_by="cross-evaluation",
        pytorch=Place(
            "twintune.engines.pytorch.aligned", before=_PYTORCH, after=_PYTORCH.replace(".cpu()", ".softmax(1).cpu()")
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.aligned",
            before=_TENSORFLOW,
            after="return tf.nn.softmax(self._eval_step(inputs)).numpy()",
        ),
    ),
    *in_both(
        name="answers-of-other-images",
        wrong="An evaluation's logits are those of other images of the batch.",
        spec="fine-tune",
        shown_by="cross-evaluation",
        pytorch=Place(
            "twintune.engines.pytorch.aligned", before=_PYTORCH, after=_PYTORCH.replace(".numpy()", ".flip(0).numpy()")
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.aligned",
            before=_TENSORFLOW,
            after="return self._eval_step(inputs).numpy()[::-1]",
        ),
    ),
    Fault(
        name="generous-accuracy",
        framework="tensorflow",
        module="twintune.evaluation.metrics",
        before="    right = predicted == labels\n",
        after="    right = (logits >= np.sort(logits)[:, -2:-1])[np.arange(len(labels)), labels]\n",
        wrong="The accuracy counts images whose class is among the two likeliest.",
        spec="head",
        shown_by="cross-evaluation",
    ),
    Fault(
        name="generous-f1",
        framework="tensorflow",
        module="twintune.evaluation.metrics",
        before="macro_f1=float(np.nanmean(class_scores(predicted, labels, classes).f1)),",
        after="macro_f1=float(np.nanmax(class_scores(predicted, labels, classes).f1)),",
        wrong="The macro F1 is that of the best class.",
        spec="head",
        shown_by="cross-evaluation",
    ),
    Fault(
        name="confusion-turned",
        framework="pytorch",
        module="twintune.evaluation.evaluation",
        before="confusion=confusion_matrix(predicted, labels, len(classes)).tolist(),",
        after="confusion=confusion_matrix(predicted, labels, len(classes)).T.tolist(),",
        wrong="The confusion matrix has the predictions in its rows.",
        spec="head",
        shown_by="cross-evaluation",
    ),
    Fault(
        name="smallest-losses",
        framework="tensorflow",
        module="twintune.evaluation.evaluation",
        before="np.argsort(-losses, kind=",
        after="np.argsort(losses, kind=",
        wrong="The images with the largest losses are those with the smallest.",
        spec="head",
        shown_by="cross-evaluation",
    ),
    Fault(
        name="validation-of-half",
        framework="pytorch",
        module=_LOOP,
        before="        outputs = np.concatenate(logits)\n",
        after=(
            "        outputs = np.concatenate(logits)\n"
            "        if split is self.context.splits.validation:\n"
            "            outputs = outputs / 2\n"
        ),
        wrong="Validations halve the logits, and tests don't.",
        spec="fine-tune",
        shown_by="cross-evaluation",
    ),
    Fault(
        name="saved-model-differs",
        framework="pytorch",
        module=_LOOP,
        before="tensors = in_c_order({**engine.backbone_tensors(), **engine.head_tensors()})",
        after=(
            "tensors = in_c_order({**engine.backbone_tensors(), **engine.head_tensors()})\n"
            "        tensors = {name: tensor * np.float32(1.001) for name, tensor in tensors.items()}"
        ),
        wrong="The model that is saved is a thousandth larger than the one that was tested.",
        spec="fine-tune",
        shown_by="cross-evaluation",
    ),
    Fault(
        name="header-of-other-preprocessing",
        framework="pytorch",
        module="twintune.data.loader",
        before="            resize=self.resize,\n",
        after='            resize="squash",\n',
        wrong="The header of the model says that whole images are resized, and the model was trained on their middles.",
        spec="divided",
        shown_by="cross-evaluation",
    ),
    Fault(
        name="predictions-of-other-images",
        framework="tensorflow",
        module="twintune.evaluation.prediction_table",
        before="split.identity(row)",
        after="split.dataset.identities[row]",
        wrong="The table of predictions names the first images of the file instead of those that were drawn.",
        spec="divided",
        shown_by="cross-evaluation",
    ),
]
