package multimodal.inference.testing;

import java.util.Map;
import multimodal.inference.engine.Engine;
import multimodal.inference.engine.Graph;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.tensor.Tensor;

/** Runs one toy of {@link ToyModels}; a graph that is used after it was closed fails. */
record ToyEngine(ModelManifest manifest, ToyModels toys) implements Engine {

    @Override
    public String name() {
        return "toy";
    }

    @Override
    public String description() {
        return "toy, for tests";
    }

    @Override
    public boolean isBatchInvariant() {
        return true;
    }

    @Override
    public Graph load(ModelManifest loaded, ArtifactSpec artifact) {
        toys.beforeLoad.get().run();
        toys.moves.add(loaded.id() + " loaded");
        return new ToyGraph();
    }

    private final class ToyGraph implements Graph {

        private volatile boolean closed;

        @Override
        public Map<String, Tensor> run(Map<String, Tensor> inputs) {
            if (closed) {
                throw new IllegalStateException(manifest.id() + " runs after it was closed");
            }
            Tensor x = inputs.get("x");
            float[] y = x.floats().clone();
            for (int i = 0; i < y.length; i++) {
                y[i] += ToyModels.version(manifest);
            }
            return Map.of("y", Tensor.of(x.shape(), y));
        }

        @Override
        public void close() {
            closed = true;
            toys.moves.add(manifest.id() + " closed");
        }
    }
}
