package multimodal.image.steps;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import multimodal.inference.admission.Permit;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * What the UNet of one request is given at every step besides the latents: one condition for each slot. A UNet that
 * ControlNets steer gets zeros in place of what they add, and one that inpaints everything to paint, where nothing else is
 * said.
 */
public final class PromptConditioning {

    /** The UNet's input for {@link TextStates#pooled}; not every model has it. */
    private static final String POOLED_INPUT = "text_embeds";

    private final ClassifierFreeGuidance guidance;
    private final Map<String, Tensor> conditions;

    private PromptConditioning(ClassifierFreeGuidance guidance, Map<String, Tensor> conditions) {
        this.guidance = guidance;
        this.conditions = conditions;
    }

    /**
     * Encodes a prompt, and what surrounds a hole, for pictures that differ in their noise alone.
     *
     * @param negative steers the rows without the prompt; not encoded unless {@code guidance} is active
     * @param hole the part that is painted, by a model that inpaints; empty to paint everything
     * @param latents shape of the latents that are made, (pictures, channels, height, width)
     */
    public static PromptConditioning encode(
            DiffusionModel model,
            Permit permit,
            PromptTokens prompt,
            PromptTokens negative,
            ClassifierFreeGuidance guidance,
            Optional<Hole> hole,
            Shape latents) {
        int imageCount = latents.dimension(0);
        List<PromptTokens> prompts = guidance.isActive() ? List.of(negative, prompt) : List.of(prompt);
        TextStates states = PromptEncoder.encode(model, permit, prompts);
        TextStates unconditional = states.repeat(0, imageCount);
        TextStates conditional = states.repeat(prompts.size() - 1, imageCount);
        Map<String, Tensor> conditions = new HashMap<>();
        conditions.put("encoder_hidden_states", guidance.conditions(unconditional.hidden(), conditional.hidden()));
        if (model.takes("unet", POOLED_INPUT)) {
            conditions.put(POOLED_INPUT, guidance.conditions(unconditional.pooled(), conditional.pooled()));
        }
        Shape sample = latents.withRows(guidance.slots(imageCount));
        conditions.putAll(Residuals.zeros(model, sample));
        conditions.putAll(Surroundings.of(model, permit, hole, sample));
        return new PromptConditioning(guidance, conditions);
    }

    /**
     * The UNet's inputs for one step.
     *
     * @param latents as {@link multimodal.inference.diffusion.NoiseScheduler#networkInput} gives them, float32, of the shape
     *     that was encoded for
     */
    public Map<String, Tensor> inputs(Tensor latents, long timestep) {
        Map<String, Tensor> inputs = new HashMap<>(conditions);
        Tensor sample = guidance.expand(latents);
        long[] timesteps = new long[sample.rows()];
        Arrays.fill(timesteps, timestep);
        inputs.put("sample", sample);
        inputs.put("timestep", Tensor.of(timesteps, timesteps.length));
        return inputs;
    }
}
