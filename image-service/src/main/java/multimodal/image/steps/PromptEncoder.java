package multimodal.image.steps;

import java.util.List;
import java.util.Map;
import multimodal.inference.admission.Permit;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.Tensor;

/**
 * Prompts to what a UNet or a prior attends to.
 *
 * @param handle of the model whose tokenizer and {@code text_encoder} read them
 * @param permit for that model
 */
public record PromptEncoder(ModelHandle handle, Permit permit) {

    static final String ARTIFACT = "text_encoder";

    /** A prompt as the ids that the encoder reads. */
    public PromptTokens tokens(String prompt) {
        return PromptTokens.of(handle.tokenizer(), spec(), prompt);
    }

    /** The token that ends a text. */
    long endToken() {
        return spec().eosId();
    }

    private TokenizerSpec spec() {
        return handle.manifest().tokenizer().orElseThrow();
    }

    /** Encodes prompts in one call; a prompt's row depends on that prompt alone. */
    public TextStates encode(List<PromptTokens> prompts) {
        int length = prompts.get(0).ids().length;
        long[] ids = new long[prompts.size() * length];
        for (int row = 0; row < prompts.size(); row++) {
            System.arraycopy(prompts.get(row).ids(), 0, ids, row * length, length);
        }
        Map<String, Tensor> inputs = Map.of("input_ids", Tensor.of(ids, prompts.size(), length));
        Map<String, Tensor> outputs = handle.run(permit, ARTIFACT, inputs);
        return new TextStates(outputs.get("last_hidden_state"), outputs.get("pooler_output"));
    }
}
