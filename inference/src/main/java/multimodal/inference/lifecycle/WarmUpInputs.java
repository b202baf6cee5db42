package multimodal.inference.lifecycle;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import multimodal.inference.decoding.KeyValueCache;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;
import multimodal.inference.repository.Preprocessing;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * Inputs of the size that real requests have. Extents that a manifest leaves open are the token limit for ids and masks,
 * and for pictures the default size, divided by the input's {@code downscale} or, where it says none, by {@code
 * downscale_factor} for an input with {@code latent_channels}. A decoder that keeps keys and values is called with one id
 * and as many kept places as there can be: most of its steps are such. What it sees of an encoder's text has {@link
 * #OTHERWISE} ids.
 */
final class WarmUpInputs {

    private static final int PICTURE_RANK = 4;
    private static final int OTHERWISE = 16;
    private static final String OF_ENCODER = "encoder_";

    private final ModelManifest manifest;

    WarmUpInputs(ModelManifest manifest) {
        this.manifest = manifest;
    }

    /** Every input of the artifact with {@code rows} rows: ids and masks 1, floats 0. */
    Map<String, Tensor> of(ArtifactSpec artifact, int rows) {
        Map<String, Tensor> inputs = new HashMap<>();
        boolean isStep = artifact.inputs().stream().anyMatch(WarmUpInputs::isPast);
        for (TensorSpec spec : artifact.inputs()) {
            Shape shape = shape(spec, rows, isStep);
            inputs.put(spec.name(), spec.dtype() == DType.INT64 ? ones(shape) : zeros(shape));
        }
        return inputs;
    }

    private static boolean isPast(TensorSpec spec) {
        return spec.name().equals(KeyValueCache.PAST);
    }

    private Shape shape(TensorSpec spec, int rows, boolean isStep) {
        int[] extents = spec.shape().dimensions().stream()
                .mapToInt(extent -> extent == Shape.ANY ? openExtent(spec, isStep) : extent)
                .toArray();
        extents[0] = rows;
        return Shape.of(extents);
    }

    private int openExtent(TensorSpec spec, boolean isStep) {
        if (spec.name().startsWith(OF_ENCODER)) {
            return OTHERWISE;
        }
        if (isPast(spec) || (spec.dtype() == DType.INT64 && !isStep)) {
            return manifest.tokenizer().map(TokenizerSpec::maxLength).orElse(OTHERWISE);
        }
        if (spec.dtype() == DType.INT64) {
            return 1;
        }
        return spec.shape().rank() == PICTURE_RANK ? pictureExtent(spec) : OTHERWISE;
    }

    private int pictureExtent(TensorSpec spec) {
        Parameters parameters = manifest.parameters();
        if (!parameters.has("size")) {
            return manifest.preprocessing().map(Preprocessing::imageSize).orElse(OTHERWISE);
        }
        int size = parameters.section("size").integer("default");
        if (spec.downscale().isPresent()) {
            return size / spec.downscale().getAsInt();
        }
        int channels = spec.shape().dimension(1);
        boolean isLatent = parameters.has("latent_channels") && parameters.integer("latent_channels") == channels;
        return isLatent ? size / parameters.integer("downscale_factor") : size;
    }

    private static Tensor ones(Shape shape) {
        long[] values = new long[shape.elementCount()];
        Arrays.fill(values, 1);
        return Tensor.of(shape, values);
    }

    private static Tensor zeros(Shape shape) {
        return Tensor.of(shape, new float[shape.elementCount()]);
    }
}
