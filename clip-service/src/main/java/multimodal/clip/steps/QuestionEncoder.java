package multimodal.clip.steps;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.Tensor;

/** Questions, read while looking at a picture, by the {@code question} artifact of a model. */
public final class QuestionEncoder {

    private static final String ARTIFACT = "question";

    /** What it takes, the question counted as one of the longest. */
    public static Cost cost() {
        return Cost.of(ARTIFACT, 1);
    }

    /**
     * Reads one question.
     *
     * @param question within the model's length
     * @param patches what the model sees of the picture, float32 (1, patches, dimension)
     * @return what the decoder of the answer sees, by its input's name: {@code encoder_hidden_states} float32 (1, ids,
     *     dimension) and {@code encoder_attention_mask} int64 (1, ids), 0 on padding
     */
    public Map<String, Tensor> encode(ModelHandle model, Permit permit, TextTokens question, Tensor patches) {
        TokenizerSpec spec = model.manifest().tokenizer().orElseThrow();
        int length = PaddedTokens.length(question.ids().size(), spec.maxLength());
        Map<String, Tensor> words = PaddedTokens.inputs(List.of(question.ids()), length, spec.padId());
        Map<String, Tensor> inputs = new HashMap<>(words);
        inputs.put("encoder_hidden_states", patches);
        Tensor states = model.run(permit, ARTIFACT, inputs).get("question_embeds");
        return Map.of("encoder_hidden_states", states, "encoder_attention_mask", words.get("attention_mask"));
    }
}
