package multimodal.inference.lifecycle;

import java.util.Map;
import java.util.concurrent.Semaphore;
import multimodal.inference.engine.Graph;
import multimodal.inference.tensor.Tensor;

/** A graph that two batchers may share: together they have no more calls at once than its engine allows. */
final class SharedGraph implements Graph {

    private final Graph graph;
    private final int callsAtOnce;
    private final Semaphore calls;

    SharedGraph(Graph graph, int callsAtOnce) {
        this.graph = graph;
        this.callsAtOnce = callsAtOnce;
        this.calls = new Semaphore(callsAtOnce);
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        calls.acquireUninterruptibly();
        try {
            return graph.run(inputs);
        } finally {
            calls.release();
        }
    }

    @Override
    public void close() {
        calls.acquireUninterruptibly(callsAtOnce);
        try {
            graph.close();
        } finally {
            calls.release(callsAtOnce);
        }
    }
}
