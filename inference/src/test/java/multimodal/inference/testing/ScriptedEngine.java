package multimodal.inference.testing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import multimodal.inference.engine.Engine;
import multimodal.inference.engine.Graph;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.tensor.Tensor;

/**
 * An engine that answers what the test says, and remembers what it was asked. The script runs on the batcher's thread: it
 * may throw, wait on a latch, and cancel a request in the middle of a call.
 */
public final class ScriptedEngine implements Engine {

    private final Map<String, UnaryOperator<Map<String, Tensor>>> scripts;
    private final UnaryOperator<Map<String, Tensor>> otherwise;
    private final boolean batchInvariant;
    private final List<Map<String, Tensor>> calls = new CopyOnWriteArrayList<>();
    private final List<String> closedGraphs = new CopyOnWriteArrayList<>();

    /** An engine with one script for all artifacts. */
    public ScriptedEngine(UnaryOperator<Map<String, Tensor>> script) {
        this(Map.of(), script, true);
    }

    /**
     * An engine with scripts by artifact.
     *
     * @param otherwise for every artifact that {@code scripts} does not name
     * @param batchInvariant what {@link #isBatchInvariant} answers
     */
    public ScriptedEngine(
            Map<String, UnaryOperator<Map<String, Tensor>>> scripts,
            UnaryOperator<Map<String, Tensor>> otherwise,
            boolean batchInvariant) {
        this.scripts = Map.copyOf(scripts);
        this.otherwise = otherwise;
        this.batchInvariant = batchInvariant;
    }

    /** The inputs of every call so far, in order. */
    public List<Map<String, Tensor>> calls() {
        return List.copyOf(calls);
    }

    /** How many rows each call had, in order. */
    public List<Integer> batchSizes() {
        return calls.stream()
                .map(inputs -> inputs.values().iterator().next().rows())
                .toList();
    }

    /** The artifacts whose graphs were closed, in order. */
    public List<String> closedGraphs() {
        return List.copyOf(closedGraphs);
    }

    /** A graph without a model, for tests of batchers. */
    public Graph graph(String artifact) {
        UnaryOperator<Map<String, Tensor>> script = scripts.getOrDefault(artifact, otherwise);
        return new Graph() {
            @Override
            public Map<String, Tensor> run(Map<String, Tensor> inputs) {
                calls.add(inputs);
                return script.apply(inputs);
            }

            @Override
            public void close() {
                closedGraphs.add(artifact);
            }
        };
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public String description() {
        return "scripted, for tests";
    }

    @Override
    public boolean isBatchInvariant() {
        return batchInvariant;
    }

    @Override
    public Graph load(ModelManifest manifest, ArtifactSpec artifact) {
        return graph(artifact.name());
    }
}
