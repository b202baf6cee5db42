package multimodal.inference.lifecycle;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
        return keepsKeysAndValues(artifact)
                ? inputs(artifact, rows, 1, longestText())
                : inputs(artifact, rows, longestText(), 0);
    }

    /** The same of a decoder's longest prompt, with nothing kept; empty if the artifact keeps no keys and values. */
    Optional<Map<String, Tensor>> ofPrompt(ArtifactSpec artifact, int rows) {
        return keepsKeysAndValues(artifact) ? Optional.of(inputs(artifact, rows, longestText(), 0)) : Optional.empty();
    }

    /** Ids of a text at the most. */
    int longestText() {
        return manifest.tokenizer().map(TokenizerSpec::maxLength).orElse(OTHERWISE);
    }

    private static boolean keepsKeysAndValues(ArtifactSpec artifact) {
        return artifact.inputs().stream().anyMatch(WarmUpInputs::isPast);
    }

    private static boolean isPast(TensorSpec spec) {
        return spec.name().equals(KeyValueCache.PAST);
    }

    /** Inputs with {@code ids} beside {@code kept} places, the first of which is real. */
    private Map<String, Tensor> inputs(ArtifactSpec artifact, int rows, int ids, int kept) {
        Map<String, Tensor> inputs = new HashMap<>();
        for (TensorSpec spec : artifact.inputs()) {
            Shape shape = shape(spec, rows, ids, kept);
            boolean isNothing = spec.name().equals(KeyValueCache.PAST_LENGTH) && kept == 0;
            inputs.put(spec.name(), spec.dtype() == DType.INT64 ? filled(shape, isNothing ? 0 : 1) : zeros(shape));
        }
        return inputs;
    }

    private Shape shape(TensorSpec spec, int rows, int ids, int kept) {
        int[] extents = spec.shape().dimensions().stream()
                .mapToInt(extent -> extent == Shape.ANY ? openExtent(spec, ids, kept) : extent)
                .toArray();
        extents[0] = rows;
        return Shape.of(extents);
    }

    private int openExtent(TensorSpec spec, int ids, int kept) {
        if (spec.name().startsWith(OF_ENCODER)) {
            return OTHERWISE;
        }
        if (isPast(spec)) {
            return kept;
        }
        if (spec.dtype() == DType.INT64) {
            return ids;
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

    private static Tensor filled(Shape shape, long value) {
        long[] values = new long[shape.elementCount()];
        Arrays.fill(values, value);
        return Tensor.of(shape, values);
    }

    private static Tensor zeros(Shape shape) {
        return Tensor.of(shape, new float[shape.elementCount()]);
    }
}
