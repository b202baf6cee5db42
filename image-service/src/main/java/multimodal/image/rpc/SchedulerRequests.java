package multimodal.image.rpc;

import java.util.Optional;
import multimodal.common.rpc.Violations;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.v1.SchedulerOptions;
import multimodal.inference.diffusion.SchedulerChoice;
import multimodal.inference.diffusion.SchedulerKind;
import multimodal.inference.diffusion.TimestepSpacing;

/** The noise scheduler's settings between messages and options, both ways. */
final class SchedulerRequests {

    private SchedulerRequests() {}

    /**
     * The choice of a request, that of the model where it says nothing.
     *
     * @return empty if there was a violation, or if the model has but one scheduler
     */
    static Optional<SchedulerChoice> scheduler(SchedulerOptions said, DiffusionModel model, Violations violations) {
        Optional<SchedulerChoice> usual = model.schedule().usualChoice();
        violations.require(
                usual.isPresent() || said.equals(SchedulerOptions.getDefaultInstance()),
                "scheduler",
                "set",
                "unset: model %s has but one".formatted(model.name()));
        return usual.flatMap(byDefault -> scheduler(said, byDefault, violations));
    }

    private static Optional<SchedulerChoice> scheduler(
            SchedulerOptions said, SchedulerChoice byDefault, Violations violations) {
        Optional<SchedulerKind> kind = kind(said, byDefault, violations);
        Optional<TimestepSpacing> spacing = spacing(said, byDefault, violations);
        boolean isShare = violations.requireRange("scheduler.eta", said.getEta(), 0, 1)
                && violations.require(
                        said.getEta() == 0 || kind.isEmpty() || kind.get() == SchedulerKind.DDIM,
                        "scheduler.eta",
                        said.getEta(),
                        "0, or SCHEDULER_KIND_DDIM");
        return kind.isPresent() && spacing.isPresent() && isShare
                ? Optional.of(new SchedulerChoice(kind.get(), spacing.get(), said.getEta()))
                : Optional.empty();
    }

    private static Optional<SchedulerKind> kind(
            SchedulerOptions said, SchedulerChoice byDefault, Violations violations) {
        return switch (said.getKind()) {
            case SCHEDULER_KIND_UNSPECIFIED -> Optional.of(byDefault.kind());
            case SCHEDULER_KIND_DDIM -> Optional.of(SchedulerKind.DDIM);
            case SCHEDULER_KIND_EULER -> Optional.of(SchedulerKind.EULER);
            case SCHEDULER_KIND_EULER_ANCESTRAL -> Optional.of(SchedulerKind.EULER_ANCESTRAL);
            case SCHEDULER_KIND_DPM_SOLVER_PP_2M -> Optional.of(SchedulerKind.DPM_SOLVER_PP_2M);
            case UNRECOGNIZED -> {
                violations.add("scheduler.kind", said.getKindValue(), "a value of SchedulerKind");
                yield Optional.empty();
            }
        };
    }

    private static Optional<TimestepSpacing> spacing(
            SchedulerOptions said, SchedulerChoice byDefault, Violations violations) {
        return switch (said.getTimestepSpacing()) {
            case TIMESTEP_SPACING_UNSPECIFIED -> Optional.of(byDefault.timestepSpacing());
            case TIMESTEP_SPACING_LEADING -> Optional.of(TimestepSpacing.LEADING);
            case TIMESTEP_SPACING_TRAILING -> Optional.of(TimestepSpacing.TRAILING);
            case UNRECOGNIZED -> {
                violations.add(
                        "scheduler.timestep_spacing",
                        said.getTimestepSpacingValue(),
                        "TIMESTEP_SPACING_LEADING or TIMESTEP_SPACING_TRAILING");
                yield Optional.empty();
            }
        };
    }

    /** The settings that were used, all set. */
    static SchedulerOptions message(SchedulerChoice choice) {
        multimodal.image.v1.SchedulerKind kind =
                switch (choice.kind()) {
                    case DDIM -> multimodal.image.v1.SchedulerKind.SCHEDULER_KIND_DDIM;
                    case EULER -> multimodal.image.v1.SchedulerKind.SCHEDULER_KIND_EULER;
                    case EULER_ANCESTRAL -> multimodal.image.v1.SchedulerKind.SCHEDULER_KIND_EULER_ANCESTRAL;
                    case DPM_SOLVER_PP_2M -> multimodal.image.v1.SchedulerKind.SCHEDULER_KIND_DPM_SOLVER_PP_2M;
                };
        multimodal.image.v1.TimestepSpacing spacing =
                switch (choice.timestepSpacing()) {
                    case LEADING -> multimodal.image.v1.TimestepSpacing.TIMESTEP_SPACING_LEADING;
                    case TRAILING -> multimodal.image.v1.TimestepSpacing.TIMESTEP_SPACING_TRAILING;
                };
        return SchedulerOptions.newBuilder()
                .setKind(kind)
                .setEta(choice.eta())
                .setTimestepSpacing(spacing)
                .build();
    }
}
