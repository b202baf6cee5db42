package multimodal.clip.steps;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/** Texts, read while looking at a picture, by the {@code text} and {@code fusion} artifacts of a model. */
public final class CrossModalEncoder {

    private static final String TEXT = "text";
    private static final String FUSION = "fusion";

    /**
     * What a text has become.
     *
     * @param states float32 (ids, dimension)
     * @param attention float32 (ids, patches), each row adds up to at most 1
     * @param matchLogit log-odds that the text fits the picture
     */
    public record Fused(Tensor states, Tensor attention, float matchLogit) {}

    /** What it takes, the text counted as one of the longest. */
    public static Cost cost() {
        return Cost.of(TEXT, 1).and(Cost.of(FUSION, 1));
    }

    /**
     * Reads one text.
     *
     * @param text within the model's length
     * @param patches what the model sees of the picture, float32 (1, patches, dimension)
     */
    public Fused encode(ModelHandle model, Permit permit, TextTokens text, Tensor patches) {
        TokenizerSpec spec = model.manifest().tokenizer().orElseThrow();
        int fixed =
                model.manifest().artifacts().get(TEXT).inputs().get(0).shape().dimension(1);
        int count = text.ids().size();
        int length = fixed == Shape.ANY ? PaddedTokens.length(count, spec.maxLength()) : fixed;
        Map<String, Tensor> words = PaddedTokens.inputs(List.of(text.ids()), length, spec.padId());
        Map<String, Tensor> inputs = new HashMap<>(model.run(permit, TEXT, words));
        inputs.put("attention_mask", words.get("attention_mask"));
        inputs.put("image_embeds", patches);
        Map<String, Tensor> fused = model.run(permit, FUSION, inputs);
        return new Fused(
                withoutPadding(fused.get("fused_states"), count),
                withoutPadding(fused.get("attention_weights"), count),
                fused.get("match_logit").floats()[0]);
    }

    /** The first {@code count} of the padded tokens' rows, of (1, length, columns). */
    private static Tensor withoutPadding(Tensor padded, int count) {
        Shape shape = padded.shape();
        return padded.reshape(shape.dimension(1), shape.dimension(2)).rows(0, count);
    }
}
