package multimodal.inference.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import multimodal.inference.decoding.KeyValueCache;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/** Inputs that an embedded artifact accepts: pixels and latents at random, ids of real words, sound masks and timesteps. */
final class ArtifactInputs {

    /** How an artifact is called: one that keeps keys and values has two ways, all others one. */
    enum Call {
        WHOLE,
        PREFILL,
        DECODE;

        static List<Call> of(ArtifactSpec artifact) {
            boolean keeps =
                    artifact.inputs().stream().anyMatch(input -> input.name().equals(KeyValueCache.PAST));
            return keeps ? List.of(PREFILL, DECODE) : List.of(WHOLE);
        }
    }

    private static final int TOKENS = 24;
    private static final int PLACES = 32;
    private static final int LATENT_SIDE = 8;
    private static final int IMAGE_SIDE = 128;
    private static final int WORDS = 200;
    private static final int FIRST_WORD = 300;
    private static final int TIMESTEPS = 1000;

    private ArtifactInputs() {}

    static Map<String, Tensor> random(ArtifactSpec artifact, Call call, int rows, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (TensorSpec spec : artifact.inputs()) {
            Shape shape = extents(spec, call, rows);
            inputs.put(
                    spec.name(),
                    switch (spec.dtype()) {
                        case FLOAT32 -> Tensor.of(shape, gaussians(random, shape.elementCount()));
                        case INT64 -> Tensor.of(shape, integers(random, spec.name(), call, shape));
                    });
        }
        return inputs;
    }

    private static Shape extents(TensorSpec spec, Call call, int rows) {
        int[] extents = new int[spec.shape().rank()];
        extents[0] = rows;
        for (int axis = 1; axis < extents.length; axis++) {
            int extent = spec.shape().dimension(axis);
            extents[axis] = extent == Shape.ANY ? free(spec, call) : extent;
        }
        return Shape.of(extents);
    }

    private static int free(TensorSpec spec, Call call) {
        if (spec.name().equals(KeyValueCache.PAST)) {
            return call == Call.DECODE ? PLACES : 0;
        }
        if (spec.shape().rank() < 4) {
            return call == Call.DECODE ? 1 : TOKENS;
        }
        int side = spec.shape().dimension(1) == 3 ? IMAGE_SIDE : LATENT_SIDE;
        return spec.downscale().isPresent() ? IMAGE_SIDE / spec.downscale().getAsInt() : side;
    }

    private static float[] gaussians(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static long[] integers(Random random, String name, Call call, Shape shape) {
        long[] values = new long[shape.elementCount()];
        int width = values.length / shape.dimension(0);
        for (int i = 0; i < values.length; i++) {
            int column = i % width;
            values[i] = switch (name) {
                case "attention_mask" -> 1;
                case "timestep" -> random.nextInt(TIMESTEPS);
                case "past_length" -> call == Call.DECODE ? 1 + random.nextInt(PLACES - 1) : 0;
                // bos first, eos last
                default -> column == 0 ? 1 : column == width - 1 ? 2 : FIRST_WORD + random.nextInt(WORDS);
            };
        }
        return values;
    }
}
