package multimodal.inference.lifecycle;

import java.util.Map;
import multimodal.inference.engine.Graph;
import multimodal.inference.tensor.Tensor;

/** A graph that two batchers may share: one call at a time. */
final class SerializedGraph implements Graph {

    private final Graph graph;

    SerializedGraph(Graph graph) {
        this.graph = graph;
    }

    @Override
    public synchronized Map<String, Tensor> run(Map<String, Tensor> inputs) {
        return graph.run(inputs);
    }

    @Override
    public synchronized void close() {
        graph.close();
    }
}
