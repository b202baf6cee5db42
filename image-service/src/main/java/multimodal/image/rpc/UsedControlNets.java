package multimodal.image.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import multimodal.common.v1.ModelRef;
import multimodal.image.steps.ControlNet;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;

/** The ControlNets that one request uses until it is over. */
final class UsedControlNets implements AutoCloseable {

    private final ControlNets networks;
    private final String base;
    private final RequestContext context;
    private final Consumer<ModelId> onLoading;
    private final List<ControlNet> used = new ArrayList<>();

    /** @param base name of the model that they steer */
    UsedControlNets(ControlNets networks, String base, RequestContext context, Consumer<ModelId> onLoading) {
        this.networks = networks;
        this.base = base;
        this.context = context;
        this.onLoading = onLoading;
    }

    /**
     * The ControlNet of the control in {@code field}.
     *
     * @throws InferenceException {@code INVALID_INPUT} if it was trained for another model; and as {@link ControlNets#find}
     */
    ControlNet find(String field, Optional<ModelRef> named) {
        try {
            ControlNet network = networks.find(named.orElse(ModelRef.getDefaultInstance()), base, context, onLoading);
            used.add(network);
            if (!network.base().equals(base)) {
                String name = network.handle().manifest().id().name();
                throw InferenceException.invalid("model.name", name, "a ControlNet of " + base);
            }
            return network;
        } catch (InferenceException e) {
            throw e.within(field);
        }
    }

    @Override
    public void close() {
        used.forEach(ControlNet::close);
    }
}
