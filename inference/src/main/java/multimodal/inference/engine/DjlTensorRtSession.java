package multimodal.inference.engine;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.tensorrt.engine.TrtSession;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorContext;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * A plan behind DJL. TensorRT 8 knows no 64-bit integers: its parser makes them 32-bit ones, so ids and timesteps are narrowed
 * on the way in and widened on the way out.
 */
final class DjlTensorRtSession implements TensorRtSession {

    private final String label;
    private final Model model;
    private final Bindings bindings = new Bindings();
    private final Predictor<Map<String, Tensor>, Map<String, Tensor>> predictor;
    private boolean closed;

    /**
     * A session that owns {@code model}.
     *
     * @param label model and file, for messages
     */
    DjlTensorRtSession(String label, Model model) {
        this.label = label;
        this.model = model;
        this.predictor = model.newPredictor(bindings);
        // DJL shows what a session is bound to only to a call, so the first is on what lies there: zeros.
        run(Map.of());
    }

    /** Copies values to and from the memory that the session is bound to, for good. */
    private static final class Bindings implements NoBatchifyTranslator<Map<String, Tensor>, Map<String, Tensor>> {

        private TrtSession session;

        @Override
        public void prepare(TranslatorContext context) {
            session = (TrtSession) context.getBlock();
        }

        @Override
        public NDList processInput(TranslatorContext context, Map<String, Tensor> inputs) {
            NDList bound = session.getInputBindings();
            for (NDArray array : bound) {
                Tensor tensor = inputs.get(array.getName());
                if (tensor != null) {
                    set(array, tensor);
                }
            }
            return bound;
        }

        private static void set(NDArray array, Tensor tensor) {
            switch (array.getDataType()) {
                case FLOAT32 -> array.set(FloatBuffer.wrap(tensor.floats()));
                case INT32 ->
                    array.set(IntBuffer.wrap(Arrays.stream(tensor.longs())
                            .mapToInt(Math::toIntExact)
                            .toArray()));
                case INT64 -> array.set(LongBuffer.wrap(tensor.longs()));
                default -> throw unexpected(array);
            }
        }

        @Override
        public Map<String, Tensor> processOutput(TranslatorContext context, NDList outputs) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (NDArray array : outputs) {
                tensors.put(array.getName(), toHost(array));
            }
            return tensors;
        }

        private static Tensor toHost(NDArray array) {
            Shape shape = shapeOf(array);
            return switch (array.getDataType()) {
                case FLOAT32 -> Tensor.of(shape, array.toFloatArray());
                case INT32 ->
                    Tensor.of(
                            shape,
                            Arrays.stream(array.toIntArray()).asLongStream().toArray());
                case INT64 -> Tensor.of(shape, array.toLongArray());
                default -> throw unexpected(array);
            };
        }

        private static IllegalStateException unexpected(NDArray array) {
            return new IllegalStateException("%s: %s (expected: %s, %s or %s)"
                    .formatted(array.getName(), array.getDataType(), DataType.FLOAT32, DataType.INT32, DataType.INT64));
        }
    }

    @Override
    public Map<String, Shape> inputShapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        bindings.session.getInputBindings().forEach(array -> shapes.put(array.getName(), shapeOf(array)));
        return shapes;
    }

    private static Shape shapeOf(NDArray array) {
        return Shape.of(Arrays.stream(array.getShape().getShape())
                .mapToInt(Math::toIntExact)
                .toArray());
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        try {
            return predictor.predict(inputs);
        } catch (TranslateException e) {
            throw new InferenceException(
                    ErrorKind.INTERNAL, label + ": the call failed: " + DjlRuntime.rootCause(e), e);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            predictor.close();
            model.close();
        }
    }
}
