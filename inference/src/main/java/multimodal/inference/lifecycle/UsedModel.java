package multimodal.inference.lifecycle;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.tensor.Tensor;

/** One request's use of a loaded model, which keeps it in memory until {@link #close}. */
final class UsedModel implements ModelHandle {

    private final LoadedModel model;
    private final AtomicBoolean closed = new AtomicBoolean();

    UsedModel(LoadedModel model) {
        this.model = model;
        model.usage().begin();
    }

    @Override
    public ModelManifest manifest() {
        return model.manifest();
    }

    @Override
    public String engine() {
        return model.engine();
    }

    @Override
    public Tokenizer tokenizer() {
        return model.tokenizer();
    }

    @Override
    public Permit admit(RequestContext context, Cost cost) {
        return model.admit(context, cost);
    }

    @Override
    public Map<String, Tensor> run(Permit permit, String artifact, Map<String, Tensor> inputs) {
        return model.run(permit, artifact, inputs);
    }

    @Override
    public Row open(Permit permit, String artifact) {
        return model.open(permit, artifact);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            model.usage().end();
        }
    }
}
