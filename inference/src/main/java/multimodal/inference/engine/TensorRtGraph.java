package multimodal.inference.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * An artifact under TensorRT. A session takes one shape of each input, so there is one for every shape that calls have, made
 * when the first comes; rows are filled up to the next power of two, so that there are few.
 */
final class TensorRtGraph implements Graph {

    /** Sizes of pictures in use at the same time, times numbers of rows: beyond it the least recently used session goes. */
    private static final int MAX_SESSIONS = 16;

    /** Makes the session for inputs of these shapes, by name; a finished plan has its own, whatever is asked for. */
    interface Sessions {
        TensorRtSession open(Map<String, Shape> inputs);
    }

    private final String label;
    private final ArtifactSpec spec;
    private final Sessions source;
    private final Map<Map<String, Shape>, TensorRtSession> sessions = new LinkedHashMap<>(MAX_SESSIONS, 0.75f, true);
    private boolean closed;

    /**
     * A graph without any session yet.
     *
     * @param label model and file, for messages
     */
    TensorRtGraph(String label, ArtifactSpec spec, Sessions source) {
        this.label = label;
        this.spec = spec;
        this.source = source;
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        if (closed) {
            throw new IllegalStateException(label + ": called after close");
        }
        GraphInputs.check(spec, inputs);
        int rows = inputs.get(spec.inputs().get(0).name()).rows();
        TensorRtSession session = session(shapes(inputs, bucket(rows)));
        Map<String, Tensor> filled = new LinkedHashMap<>();
        session.inputShapes().forEach((name, shape) -> filled.put(name, fill(name, inputs.get(name), shape)));
        return outputs(session.run(filled), rows);
    }

    private int bucket(int rows) {
        int next = Integer.highestOneBit(rows);
        return Math.min(next == rows ? rows : 2 * next, spec.maxBatch());
    }

    private static Map<String, Shape> shapes(Map<String, Tensor> inputs, int rows) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        inputs.forEach((name, tensor) -> shapes.put(name, tensor.shape().withRows(rows)));
        return shapes;
    }

    private TensorRtSession session(Map<String, Shape> shapes) {
        TensorRtSession known = sessions.get(shapes);
        if (known != null) {
            return known;
        }
        if (sessions.size() == MAX_SESSIONS) {
            Map<String, Shape> eldest = sessions.keySet().iterator().next();
            sessions.remove(eldest).close();
        }
        TensorRtSession made = source.open(shapes);
        sessions.put(shapes, made);
        return made;
    }

    private Tensor fill(String name, Tensor tensor, Shape shape) {
        if (tensor == null) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED,
                    "%s: input %s: of the plan (expected: %s)"
                            .formatted(
                                    label,
                                    name,
                                    spec.inputs().stream().map(TensorSpec::name).toList()));
        }
        int missing = shape.dimension(0) - tensor.rows();
        if (missing < 0 || !tensor.shape().withRows(shape.dimension(0)).equals(shape)) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED,
                    "%s: input %s: %s (expected: %s or fewer rows, which the plan was built for)"
                            .formatted(label, name, tensor.shape(), shape));
        }
        return missing == 0 ? tensor : Tensor.concatenateRows(List.of(tensor, zeros(tensor, missing)));
    }

    private static Tensor zeros(Tensor like, int rows) {
        Shape shape = like.shape().withRows(rows);
        return like.dtype() == DType.FLOAT32
                ? Tensor.of(shape, new float[shape.elementCount()])
                : Tensor.of(shape, new long[shape.elementCount()]);
    }

    private Map<String, Tensor> outputs(Map<String, Tensor> found, int rows) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (TensorSpec output : spec.outputs()) {
            Tensor tensor = found.get(output.name());
            if (tensor == null
                    || tensor.dtype() != output.dtype()
                    || !output.shape().accepts(tensor.shape())) {
                throw new InferenceException(
                        ErrorKind.MISCONFIGURED,
                        "%s: output %s: %s (expected: %s %s)"
                                .formatted(
                                        label,
                                        output.name(),
                                        tensor == null ? "missing" : tensor,
                                        output.dtype().manifestName(),
                                        output.shape()));
            }
            outputs.put(output.name(), tensor.rows() == rows ? tensor : tensor.rows(0, rows));
        }
        return outputs;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            List<TensorRtSession> open = new ArrayList<>(sessions.values());
            sessions.clear();
            open.forEach(TensorRtSession::close);
        }
    }
}
