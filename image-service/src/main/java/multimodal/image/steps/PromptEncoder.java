package multimodal.image.steps;

import java.util.List;
import java.util.Map;
import multimodal.inference.admission.Permit;
import multimodal.inference.tensor.Tensor;

/** Prompts to what the UNet attends to, by the {@code text_encoder} artifact. */
public final class PromptEncoder {

    private static final String ARTIFACT = "text_encoder";

    private PromptEncoder() {}

    /** Encodes prompts in one call; a prompt's row depends on that prompt alone. */
    public static TextStates encode(DiffusionModel model, Permit permit, List<PromptTokens> prompts) {
        int length = prompts.get(0).ids().length;
        long[] ids = new long[prompts.size() * length];
        for (int row = 0; row < prompts.size(); row++) {
            System.arraycopy(prompts.get(row).ids(), 0, ids, row * length, length);
        }
        Map<String, Tensor> inputs = Map.of("input_ids", Tensor.of(ids, prompts.size(), length));
        Map<String, Tensor> outputs = model.handle().run(permit, ARTIFACT, inputs);
        return new TextStates(outputs.get("last_hidden_state"), outputs.get("pooler_output"));
    }
}
