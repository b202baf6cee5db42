package multimodal.image.rpc;

import java.util.function.Consumer;
import multimodal.common.v1.ModelRef;
import multimodal.image.steps.UnClipModel;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.repository.ModelId;

/** Finds the unCLIP model of a text-to-image model. */
@FunctionalInterface
public interface UnClipModels {

    /**
     * The unCLIP model that {@code model} names, or if it names none the first that was trained for {@code base}; in use until
     * it is closed.
     *
     * @param onLoading hears if the request has to wait for it to be loaded
     * @throws multimodal.inference.error.InferenceException as {@link multimodal.inference.lifecycle.ModelRegistry#find}
     */
    UnClipModel find(ModelRef model, String base, RequestContext context, Consumer<ModelId> onLoading);
}
