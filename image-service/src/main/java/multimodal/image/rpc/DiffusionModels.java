package multimodal.image.rpc;

import multimodal.common.v1.ModelRef;
import multimodal.image.steps.DiffusionModel;

/** Finds the model that a request names. */
@FunctionalInterface
public interface DiffusionModels {

    /**
     * The model of the task {@link DiffusionModel#TASK} that {@code model} names, or the service's own if it names none.
     *
     * @throws multimodal.inference.error.InferenceException {@code NOT_FOUND}, or {@code UNAVAILABLE} while none is loaded
     */
    DiffusionModel find(ModelRef model);
}
