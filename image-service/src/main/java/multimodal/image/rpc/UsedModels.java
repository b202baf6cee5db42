package multimodal.image.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import multimodal.common.v1.ModelRef;
import multimodal.image.steps.ControlNet;
import multimodal.image.steps.UnClipModel;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.InferenceException;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.ModelId;

/** The models that one request uses beside the one that paints, until it is over. */
final class UsedModels implements AutoCloseable {

    private final ControlNets networks;
    private final UnClipModels unClipModels;
    private final String base;
    private final RequestContext context;
    private final Consumer<ModelId> onLoading;
    private final List<ModelHandle> used = new ArrayList<>();

    /** @param base name of the model that they must have been trained for */
    UsedModels(
            ControlNets networks,
            UnClipModels unClipModels,
            String base,
            RequestContext context,
            Consumer<ModelId> onLoading) {
        this.networks = networks;
        this.unClipModels = unClipModels;
        this.base = base;
        this.context = context;
        this.onLoading = onLoading;
    }

    /**
     * The ControlNet of the control in {@code field}.
     *
     * @throws InferenceException {@code INVALID_INPUT} if it was trained for another model; and as {@link ControlNets#find}
     */
    ControlNet controlNet(String field, Optional<ModelRef> named) {
        try {
            ControlNet network = networks.find(named.orElse(ModelRef.getDefaultInstance()), base, context, onLoading);
            use(network.handle(), network.base(), "a ControlNet");
            return network;
        } catch (InferenceException e) {
            throw e.within(field);
        }
    }

    /**
     * The unCLIP model that {@code named} names, the usual one if it names none.
     *
     * @throws InferenceException {@code INVALID_INPUT} if it was trained for another model; and as {@link UnClipModels#find}
     */
    UnClipModel unClip(ModelRef named) {
        try {
            UnClipModel model = unClipModels.find(named, base, context, onLoading);
            use(model.handle(), model.base(), "an unCLIP model");
            return model;
        } catch (InferenceException e) {
            throw e.ofModelIn("unclip_model");
        }
    }

    private void use(ModelHandle handle, String trainedFor, String kind) {
        used.add(handle);
        if (!trainedFor.equals(base)) {
            String name = handle.manifest().id().name();
            throw InferenceException.invalid("model.name", name, kind + " of " + base);
        }
    }

    @Override
    public void close() {
        used.forEach(ModelHandle::close);
    }
}
