"""The record of what a run has used and reached so far, from which its result is made."""

from __future__ import annotations

import statistics

import msgspec

from twintune.data.dataset import Splits
from twintune.digests import ChainedDigest, digest_shapes, digest_tensors, digest_text
from twintune.engines.engine import Engine, PhaseFacts
from twintune.protocol import (
    EpochRecord,
    EvaluationMetrics,
    Facts,
    FeatureOrigin,
    RunRequest,
    RunResult,
    Seconds,
    StepProfile,
    TrainedPhase,
)
from twintune.record.epoch_digests import EpochDigests
from twintune.record.run_state import RecordState, checkpoint_mismatch
from twintune.system.stopwatch import Stopwatch


class RunRecord:
    """The evidence of one run, gathered while it goes on."""

    def __init__(self, request: RunRequest) -> None:
        self.request = request
        self.watch = Stopwatch()
        self.digests = EpochDigests()
        self.test_pixels = ""
        """Digest of the test images as the last pass over them gave them (see `RowsDigest`)."""
        self.augmentation = ""
        self.model = ""
        """Digest of the tensors that the run has ended with."""
        self.epochs: list[EpochRecord] = []
        self.first_step_loss: float | None = None
        self.feature_images = 0
        self.others_cpu_share: float | None = None
        self.profile: list[StepProfile] = []
        self._phases: list[PhaseFacts] = []
        self._losses: list[str] = []
        self._trained: list[TrainedPhase] = []

    def add_model(self, engine: Engine) -> None:
        """Keeps the digests of the model's tensors before its first step."""
        backbone, head = engine.backbone_tensors(), engine.head_tensors()
        self._architecture = digest_shapes({**backbone, **head})
        self._parameters = sum(tensor.size for tensor in (*backbone.values(), *head.values()))
        self.weights, self._head_init = digest_tensors(backbone), digest_tensors(head)

    def add_phase(
        self, number: int, facts: PhaseFacts, targets: str, step_input: str, features: FeatureOrigin | None
    ) -> None:
        """Keeps the facts of a phase's live model, optimiser, step, targets and inputs."""
        if len(self._phases) == number:
            # The run was resumed within this phase, whose facts the checkpoint had.
            return
        self._phases.append(facts)
        self._losses.append(f"{facts.loss}, {targets}")
        self._trained.append(
            TrainedPhase(input=step_input, features=features, epochs=0, steps=0, skipped_steps=0, weights_of=0)
        )

    def input_of(self, number: int) -> str | None:
        """The input of a phase's steps (see `StepInput`); None if the phase has not begun."""
        return self._trained[number - 1].input if len(self._trained) >= number else None

    def add_step(self, rate: float) -> None:
        """Counts an optimiser step and keeps its learning rate, as the live optimiser had it."""
        self.digests.add_learning_rate(rate)
        self._trained[-1].steps += 1

    def add_epoch(self, epoch: EpochRecord) -> None:
        """Keeps the record of an epoch that has ended, with its validation."""
        self.epochs.append(epoch)
        self.digests.end_epoch()
        self._trained[-1].epochs += 1

    def end_phase(self, weights_of: int, skipped_steps: int) -> None:
        """Keeps the end of a phase.

        Args:
            weights_of: The epoch whose weights the model has now.
            skipped_steps: The number of steps that loss scaling has skipped, in all phases so far.
        """
        phase = self._trained[-1]
        phase.weights_of = weights_of
        phase.skipped_steps = skipped_steps - sum(before.skipped_steps for before in self._trained[:-1])

    def state(self) -> RecordState:
        """The state of the record, for a checkpoint."""
        return RecordState(
            architecture=self._architecture,
            parameters=self._parameters,
            weights=self.weights,
            head_init=self._head_init,
            digests=self.digests.states(),
            test_pixels=self.test_pixels,
            phases=self._phases,
            losses=self._losses,
            trained=self._trained,
            epochs=self.epochs,
            first_step_loss=self.first_step_loss,
            feature_images=self.feature_images,
            seconds=self.watch.seconds,
        )

    def restore(self, state: RecordState) -> None:
        """Continues from an earlier state, to whose seconds those of this process are added.

        Raises:
            TwintuneError: CHECKPOINT_MISMATCH if the model that was built isn't the state's.
        """
        if (state.weights, state.head_init) != (self.weights, self._head_init):
            raise checkpoint_mismatch("other weights than those that the model has now")
        self.digests = EpochDigests.restored(state.digests)
        self.test_pixels = state.test_pixels
        self._phases = list(state.phases)
        self._losses = list(state.losses)
        self._trained = [msgspec.structs.replace(phase) for phase in state.trained]
        self.epochs = list(state.epochs)
        self.first_step_loss = state.first_step_loss
        self.feature_images = state.feature_images
        for part, seconds in state.seconds.items():
            self.watch.add(part, seconds)

    def result(self, engine: Engine, splits: Splits, test: EvaluationMetrics, peak: tuple[int, str]) -> RunResult:
        """The result of a run that has finished."""
        assert self.first_step_loss is not None, "a run without a step has failed before"
        peak_bytes, peak_method = peak
        return RunResult(
            framework=self.request.framework,
            seed=self.request.seed,
            status="finished",
            failure=None,
            test=test,
            first_step_loss=self.first_step_loss,
            pixel_digest=digest_text([self.digests.pixels.hexdigest(), self.test_pixels]),
            weights_digest=self.weights,
            model_digest=self.model,
            seconds=self._seconds(),
            images_per_second=self._images_per_second(),
            feature_images_per_second=self._feature_images_per_second(),
            peak_memory_bytes=peak_bytes,
            peak_memory_method=peak_method,
            others_cpu_share=self.others_cpu_share,
            profile=self.profile,
            epochs=self.epochs,
            classes=splits.classes,
            facts=self._facts(engine, splits),
        )

    def _facts(self, engine: Engine, splits: Splits) -> Facts:
        return Facts(
            architecture=self._architecture,
            parameters=self._parameters,
            weights=self.weights,
            head_init=self._head_init,
            split=splits.membership,
            test_set=digest_text([self.test_pixels, digest_tensors({"labels": splits.test.labels})]),
            augmentation=self.augmentation,
            phases=self._trained,
            pixels=self.digests.pixels.epochs,
            batch_order=self.digests.batch_order.epochs,
            targets=self.digests.targets.epochs,
            dropout=self._dropout(),
            loss=self._losses,
            optimizer=[facts.optimizer for facts in self._phases],
            schedule=self.digests.schedule.epochs,
            batch_norm=[facts.batch_norm for facts in self._phases],
            precision=engine.precision(),
            device=engine.placement(),
            deterministic=engine.device.is_deterministic(),
            threads=engine.device.threads(),
        )

    def _dropout(self) -> list[str]:
        """One entry for each epoch: the digest of the masks so far, or the dropout of layers that draw their own."""
        own = [self._phases[record.phase - 1].dropout for record in self.epochs]
        nothing = ChainedDigest().hexdigest()
        masks = ["none" if chain == nothing else chain for chain in self.digests.dropout.epochs]
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
        on_backbone = {number for number, phase in enumerate(self._trained, start=1) if phase.input != "features"}
        kinds = [record for record in self.epochs if record.phase in on_backbone] or self.epochs
        paces = [record.images_per_second for record in kinds if record.images_per_second is not None]
        return statistics.median(paces) if paces else None

    def _feature_images_per_second(self) -> float | None:
        return self.feature_images / self.watch.seconds["features"] if self.feature_images else None
