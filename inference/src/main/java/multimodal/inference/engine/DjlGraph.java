package multimodal.inference.engine;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.ParameterStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/** A graph that DJL has loaded. Values are copied in and out; what a call allocates natively is freed before it returns. */
final class DjlGraph implements Graph {

    /** How an engine matches tensors with the inputs and outputs of its graph. */
    enum Matching {
        BY_NAME,
        BY_POSITION
    }

    private final String label;
    private final ArtifactSpec spec;
    private final Model model;
    private final Matching matching;
    /** Those that no call uses now, one for each input. */
    private final Queue<List<InputBuffer>> buffers = new ConcurrentLinkedQueue<>();

    private volatile boolean closed;

    /**
     * A graph that owns {@code model}.
     *
     * @param label model and file, for messages
     */
    DjlGraph(String label, ArtifactSpec spec, Model model, Matching matching) {
        this.label = label;
        this.spec = spec;
        this.model = model;
        this.matching = matching;
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        if (closed) {
            throw new IllegalStateException(label + ": called after close");
        }
        GraphInputs.check(spec, inputs);
        List<InputBuffer> own = Optional.ofNullable(buffers.poll()).orElseGet(this::newBuffers);
        try (NDManager call = model.getNDManager().newSubManager()) {
            NDList list = toNative(call, own, inputs);
            return toHost(model.getBlock().forward(new ParameterStore(call, false), list, false));
        } catch (InferenceException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new InferenceException(ErrorKind.INTERNAL, label + ": the call failed: " + e, e);
        } finally {
            buffers.add(own);
        }
    }

    private List<InputBuffer> newBuffers() {
        return spec.inputs().stream().map(input -> new InputBuffer()).toList();
    }

    private NDList toNative(NDManager call, List<InputBuffer> buffers, Map<String, Tensor> inputs) {
        NDList list = new NDList();
        for (int i = 0; i < buffers.size(); i++) {
            String name = spec.inputs().get(i).name();
            Tensor tensor = inputs.get(name);
            NDArray array = call.create(buffers.get(i).fill(tensor), djlShape(tensor.shape()), djlType(tensor.dtype()));
            if (matching == Matching.BY_NAME) {
                array.setName(name);
            }
            list.add(array);
        }
        return list;
    }

    private static ai.djl.ndarray.types.Shape djlShape(Shape shape) {
        return new ai.djl.ndarray.types.Shape(
                shape.dimensions().stream().mapToLong(Integer::longValue).toArray());
    }

    private static DataType djlType(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> DataType.FLOAT32;
            case INT64 -> DataType.INT64;
        };
    }

    private Map<String, Tensor> toHost(NDList results) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (int i = 0; i < spec.outputs().size(); i++) {
            TensorSpec output = spec.outputs().get(i);
            NDArray array = matching == Matching.BY_NAME ? results.get(output.name()) : at(results, i);
            outputs.put(output.name(), toHost(output, array));
        }
        return outputs;
    }

    private static NDArray at(NDList results, int index) {
        return index < results.size() ? results.get(index) : null;
    }

    private Tensor toHost(TensorSpec output, NDArray array) {
        if (array == null) {
            throw unexpected(output, "missing");
        }
        int[] extents = new int[array.getShape().dimension()];
        for (int axis = 0; axis < extents.length; axis++) {
            extents[axis] = Math.toIntExact(array.getShape().get(axis));
        }
        Shape shape = Shape.of(extents);
        if (array.getDataType() != djlType(output.dtype()) || !output.shape().accepts(shape)) {
            throw unexpected(output, array.getDataType() + " " + shape);
        }
        return switch (output.dtype()) {
            case FLOAT32 -> Tensor.of(shape, array.toFloatArray());
            case INT64 -> Tensor.of(shape, array.toLongArray());
        };
    }

    private InferenceException unexpected(TensorSpec output, String found) {
        return new InferenceException(
                ErrorKind.MISCONFIGURED,
                "%s: output %s: %s (expected: %s %s)"
                        .formatted(label, output.name(), found, output.dtype().manifestName(), output.shape()));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            model.close();
        }
    }
}
