package multimodal.inference.lifecycle;

import java.util.Map;
import multimodal.inference.admission.WorkPermit;
import multimodal.inference.batching.BatchKey;
import multimodal.inference.batching.BatchListener;
import multimodal.inference.batching.BatchPolicy;
import multimodal.inference.batching.DynamicBatcher;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.Row;
import multimodal.inference.batching.StepBatcher;
import multimodal.inference.engine.Graph;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.tensor.Tensor;

/** A warm graph and the batchers in front of it. A batcher is started when the artifact is first used its way. */
final class LoadedArtifact implements AutoCloseable {

    private final BatchKey key;
    private final ArtifactSpec spec;
    private final Graph graph;
    private final BatchPolicy policy;
    private final BatchListener listener;
    private DynamicBatcher singleShots;
    private StepBatcher steps;

    LoadedArtifact(BatchKey key, ArtifactSpec spec, Graph graph, BatchPolicy policy, BatchListener listener) {
        this.key = key;
        this.spec = spec;
        this.graph = new SharedGraph(graph, policy.callsAtOnce());
        this.policy = policy;
        this.listener = listener;
    }

    Map<String, Tensor> run(WorkPermit permit, Map<String, Tensor> inputs) {
        InputCheck.check(spec, inputs);
        return singleShots().run(permit.context(), inputs, work -> permit.add(spec.name(), work));
    }

    Row open(WorkPermit permit) {
        Row row = steps().open(permit.context(), permit.weight(spec.name()), work -> permit.add(spec.name(), work));
        return new CheckedRow(spec, row);
    }

    /** Ends the batchers, then gives the graph's memory back. */
    @Override
    public synchronized void close() {
        // A batcher that was never used is started to be closed, so that a late request meets it and not a freed graph.
        singleShots().close();
        steps().close();
        graph.close();
    }

    private synchronized DynamicBatcher singleShots() {
        if (singleShots == null) {
            singleShots = new DynamicBatcher(key, graph, policy, listener);
        }
        return singleShots;
    }

    private synchronized StepBatcher steps() {
        if (steps == null) {
            steps = new StepBatcher(key, graph, policy, listener);
        }
        return steps;
    }

    private record CheckedRow(ArtifactSpec spec, Row row) implements Row {

        @Override
        public Map<String, Tensor> step(Phase phase, Map<String, Tensor> inputs) {
            InputCheck.check(spec, inputs);
            return row.step(phase, inputs);
        }

        @Override
        public void close() {
            row.close();
        }
    }
}
