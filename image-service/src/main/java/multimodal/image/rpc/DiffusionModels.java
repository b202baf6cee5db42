package multimodal.image.rpc;

import java.util.function.Consumer;
import multimodal.common.v1.ModelRef;
import multimodal.image.steps.DiffusionModel;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.repository.ModelId;

/** Finds the model that a request names. */
@FunctionalInterface
public interface DiffusionModels {

    /**
     * The model of the task {@link DiffusionModel#TASK} that {@code model} names, or the service's own if it names none; in use
     * until it is closed.
     *
     * @param onLoading hears if the request has to wait for it to be loaded
     * @throws multimodal.inference.error.InferenceException as {@link multimodal.inference.lifecycle.ModelRegistry#find}
     */
    DiffusionModel find(ModelRef model, RequestContext context, Consumer<ModelId> onLoading);
}
