package multimodal.image.steps;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * What ControlNets add to a UNet, each float32 (slots, channels, height, width): {@code down_residual_0} … for its skip
 * connections and {@code mid_residual} for its middle, or {@code sketch_residual} for one that works out a sketch.
 */
final class Residuals {

    private static final String DOWN = "down_residual_";
    private static final String MID = "mid_residual";
    private static final String SKETCH = "sketch_residual";

    private Residuals() {}

    /** Whether the UNet takes them. */
    static boolean areTakenBy(DiffusionModel model) {
        return model.takes("unet", MID) || model.takes("unet", SKETCH);
    }

    /**
     * Those of a step that nothing controls; none at all for a UNet that takes none.
     *
     * @param sample shape of the latents in it, (slots, channels, height, width)
     */
    static Map<String, Tensor> zeros(DiffusionModel model, Shape sample) {
        Map<String, Tensor> zeros = new HashMap<>();
        for (TensorSpec spec : model.manifest().artifacts().get("unet").inputs()) {
            if (isOne(spec.name())) {
                int smaller = spec.downscale().orElse(model.downscaleFactor()) / model.downscaleFactor();
                Shape shape = Shape.of(
                        sample.dimension(0),
                        spec.shape().dimension(1),
                        sample.dimension(2) / smaller,
                        sample.dimension(3) / smaller);
                zeros.put(spec.name(), Tensor.of(shape, new float[shape.elementCount()]));
            }
        }
        return zeros;
    }

    private static boolean isOne(String name) {
        return name.startsWith(DOWN) || name.equals(MID) || name.equals(SKETCH);
    }

    /**
     * Times {@code scale}; in guess mode the outer ones less, from a tenth at the first to the whole in the middle, by equal
     * factors.
     */
    static Map<String, Tensor> scaled(Map<String, Tensor> residuals, float scale, boolean isGuessing) {
        Map<String, Tensor> scaled = new TreeMap<>();
        residuals.forEach((name, residual) -> {
            float share = isGuessing ? guessShare(name, residuals.size()) : 1;
            scaled.put(name, times(residual, share * scale));
        });
        return scaled;
    }

    private static float guessShare(String name, int count) {
        if (!name.startsWith(DOWN)) {
            return 1;
        }
        int place = Integer.parseInt(name.substring(DOWN.length()));
        return (float) Math.pow(10, (double) place / (count - 1) - 1);
    }

    private static Tensor times(Tensor tensor, float factor) {
        float[] values = tensor.floats().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return Tensor.of(tensor.shape(), values);
    }

    /** Adds residuals of the same names and shapes. */
    static Map<String, Tensor> sum(Map<String, Tensor> one, Map<String, Tensor> other) {
        Map<String, Tensor> sum = new HashMap<>();
        one.forEach((name, tensor) -> sum.put(name, plus(tensor, other.get(name))));
        return sum;
    }

    private static Tensor plus(Tensor one, Tensor other) {
        float[] values = one.floats().clone();
        IntStream.range(0, values.length).forEach(i -> values[i] += other.floats()[i]);
        return Tensor.of(one.shape(), values);
    }

    /** Zeros for as many slots before those that are there. */
    static Map<String, Tensor> afterZeros(Map<String, Tensor> residuals) {
        Map<String, Tensor> all = new HashMap<>();
        residuals.forEach((name, tensor) -> {
            Tensor zeros = Tensor.of(tensor.shape(), new float[tensor.floats().length]);
            all.put(name, Tensor.concatenateRows(List.of(zeros, tensor)));
        });
        return all;
    }
}
