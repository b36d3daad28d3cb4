"""The record of what a run has used and reached so far, from which its result is made."""

from __future__ import annotations

import statistics

from twintune.data.dataset import Splits
from twintune.digests import ChainedDigest, digest_shapes, digest_tensors, digest_text
from twintune.engines.engine import Engine, PhaseFacts
from twintune.model.tolerances import TOLERANCES
from twintune.protocol import (
    EpochImages,
    EpochRecord,
    EvaluationMetrics,
    Facts,
    FeatureOrigin,
    RestoredWeights,
    RoundingTolerances,
    RunRequest,
    RunResult,
    Seconds,
    StateCheck,
    StepProfile,
    TrainedPhase,
)
from twintune.record.consumed import Consumed
from twintune.record.run_state import RecordState, checkpoint_mismatch
from twintune.system.cpu import describe_waiting
from twintune.system.stopwatch import Stopwatch


class RunRecord:
    """The evidence of one run, gathered while it goes on."""

    def __init__(self, request: RunRequest) -> None:
        self.request = request
        self.state = RecordState()
        """The evidence that a checkpoint holds; all else is read after the last epoch, or from live objects."""
        self.watch = Stopwatch(self.state.seconds)
        self.augmentation = ""
        self.model = ""
        """Digest of the tensors that the run has ended with; empty for a run that keeps no model."""
        self.tested = 0
        """The number of images that the engine's test answered."""
        self.others_cpu_share: float | None = None
        self.profile: list[StepProfile] = []

    def add_model(self, engine: Engine) -> None:
        """Keeps the digests of the model's tensors before its first step."""
        backbone, head = engine.backbone_tensors(), engine.head_tensors()
        self.state.architecture = digest_shapes({**backbone, **head})
        self.state.parameters = sum(tensor.size for tensor in (*backbone.values(), *head.values()))
        self.state.weights, self.state.head_init = digest_tensors(backbone), digest_tensors(head)

    def add_phase(
        self, number: int, facts: PhaseFacts, targets: str, step_input: str, features: FeatureOrigin | None
    ) -> None:
        """Keeps the facts of a phase's live model, step, targets and inputs."""
        if len(self.state.phases) == number:
            # The run was resumed within this phase, whose facts the checkpoint had.
            return
        self.state.phases.append(facts)
        self.state.optimizers.append("no step taken")
        self.state.replicas.append("no step taken")
        self.state.losses.append(f"{facts.loss}, {targets}")
        self.state.trained.append(
            TrainedPhase(
                input=step_input,
                features=features,
                epochs=0,
                steps=0,
                skipped_steps=0,
                still_steps=0,
                kept_steps=0,
                weights_of=0,
                validated_weights=None,
                final_weights=None,
                continuity=[],
                features_difference=None,
                restored=None,
            )
        )

    def input_of(self, number: int) -> str | None:
        """The input of a phase's steps (see `StepInput`); None if the phase has not begun."""
        return self.state.trained[number - 1].input if len(self.state.trained) >= number else None

    def add_check(self, check: StateCheck) -> None:
        """Keeps a look at the state during the phase that was added last."""
        self.state.trained[-1].continuity.append(check)

    def add_step(self, rate: float) -> None:
        """Counts an optimiser step and keeps its learning rate, as the live optimiser had it."""
        self.state.digests.add_learning_rate(rate)
        self.state.trained[-1].steps += 1

    def add_epoch(self, epoch: EpochRecord, optimizer: str, replicas: str, consumed: Consumed, validated: int) -> None:
        """Keeps the record of an epoch that has ended, with its validation.

        Args:
            epoch: The epoch's record.
            optimizer: The live optimiser in words, as the epoch's last step took it: the phase's last epoch decides.
            replicas: The replicas that have trained the phase so far, in words.
            consumed: The images that the engine's steps consumed.
            validated: The number of images that the engine's validation answered.
        """
        self.state.optimizers[-1], self.state.replicas[-1] = optimizer, replicas
        self.state.epochs.append(epoch)
        images = EpochImages(
            trained=consumed.images,
            distinct=consumed.distinct,
            weight=consumed.weight,
            loss=consumed.loss,
            right=consumed.right,
            validated=validated,
        )
        self.state.images.append(images)
        self.state.trained[-1].still_steps += consumed.still
        self.state.digests.end_epoch()
        self.state.trained[-1].epochs += 1

    def recorded_loss(self, phase: int, epoch: int) -> float:
        """The validation loss that was measured after an epoch of a phase, both counted from 1."""
        (record,) = (record for record in self.state.epochs if (record.phase, record.epoch) == (phase, epoch))
        assert record.validation is not None, "only an epoch that was validated is asked for"
        return record.validation.loss

    def end_phase(self, weights_of: int, skipped_steps: int, restored: RestoredWeights | None) -> None:
        """Keeps the end of a phase.

        Args:
            weights_of: The epoch whose weights the model has now.
            skipped_steps: The number of steps that loss scaling has skipped, in all phases so far.
            restored: The validation of these weights, if they are an earlier epoch's; None if they are the last one's.
        """
        phase = self.state.trained[-1]
        phase.weights_of, phase.restored = weights_of, restored
        phase.skipped_steps = skipped_steps - sum(before.skipped_steps for before in self.state.trained[:-1])

    def restore(self, state: RecordState) -> None:
        """Continues from an earlier state, to whose seconds those of this process are added.

        Raises:
            TwintuneError: CHECKPOINT_MISMATCH if the model that was built isn't the state's.
        """
        if (state.weights, state.head_init) != (self.state.weights, self.state.head_init):
            raise checkpoint_mismatch("other weights than those that the model has now")
        here, self.state, self.watch.seconds = self.watch.seconds, state, state.seconds
        for part, seconds in here.items():
            self.watch.add(part, seconds)

    def result(self, engine: Engine, splits: Splits, test: EvaluationMetrics, peak: tuple[int, str]) -> RunResult:
        """The result of a run that has finished."""
        assert self.state.first_step_loss is not None, "a run without a step has failed before"
        peak_bytes, peak_method = peak
        return RunResult(
            framework=self.request.framework,
            seed=self.request.seed,
            status="finished",
            failure=None,
            test=test,
            first_step_loss=self.state.first_step_loss,
            pixel_digest=digest_text([self.state.digests.pixels.so_far, self.state.test_pixels]),
            weights_digest=self.state.weights,
            model_digest=self.model,
            seconds=self._seconds(),
            images_per_second=self._images_per_second(),
            feature_images_per_second=self._feature_images_per_second(),
            peak_memory_bytes=peak_bytes,
            peak_memory_method=peak_method,
            others_cpu_share=self.others_cpu_share,
            profile=self.profile,
            epochs=self.state.epochs,
            classes=splits.classes,
            facts=self._facts(engine, splits),
        )

    def _facts(self, engine: Engine, splits: Splits) -> Facts:
        tolerances = TOLERANCES[self.request.training.precision]
        return Facts(
            architecture=self.state.architecture,
            parameters=self.state.parameters,
            weights=self.state.weights,
            head_init=self.state.head_init,
            split=splits.membership,
            test_set=digest_text([self.state.test_pixels, digest_tensors({"labels": splits.test.labels})]),
            augmentation=self.augmentation,
            phases=self.state.trained,
            images=self.state.images,
            tested=self.tested,
            tolerances=RoundingTolerances(loss=tolerances.loss, features=tolerances.inputs),
            pixels=self.state.digests.pixels.epochs,
            batch_order=self.state.digests.batch_order.epochs,
            targets=self.state.digests.targets.epochs,
            dropout=self._dropout(),
            loss=self.state.losses,
            optimizer=self.state.optimizers,
            schedule=self.state.digests.schedule.epochs,
            replicas=self.state.replicas,
            batch_norm=[facts.batch_norm for facts in self.state.phases],
            precision=engine.precision(),
            device=engine.placement(),
            deterministic=engine.device.is_deterministic(),
            threads=", ".join(filter(None, [engine.device.threads(), describe_waiting()])),
        )

    def _dropout(self) -> list[str]:
        """One entry for each epoch: the digest of the masks so far, or the dropout of layers that draw their own."""
        own = [self.state.phases[record.phase - 1].dropout for record in self.state.epochs]
        nothing = ChainedDigest().hexdigest()
        masks = ["none" if chain == nothing else chain for chain in self.state.digests.dropout.epochs]
        return [layers or given for layers, given in zip(own, masks, strict=True)]

    def _seconds(self) -> Seconds:
        part = self.watch.seconds
        return Seconds(
            start=0.0,
            import_=0.0,
            data=part["data"],
            build=part["build"],
            features=part.get("features", 0.0),
            first_step=part["firstStep"],
            train=part["train"],
            loader=part["loader"],
            validation=part.get("validation", 0.0),
            # A run that is resumed from a checkpoint after its last epoch writes no other checkpoint.
            checkpoint=part.get("checkpoint", 0.0),
            evaluate=part["evaluate"],
        )

    def _images_per_second(self) -> float | None:
        """The median of the epochs' images a second, over the epochs that run the backbone if there are any."""
        on_backbone = {number for number, phase in enumerate(self.state.trained, start=1) if phase.input != "features"}
        kinds = [record for record in self.state.epochs if record.phase in on_backbone] or self.state.epochs
        paces = [record.images_per_second for record in kinds if record.images_per_second is not None]
        return statistics.median(paces) if paces else None

    def _feature_images_per_second(self) -> float | None:
        return self.state.feature_images / self.watch.seconds["features"] if self.state.feature_images else None
