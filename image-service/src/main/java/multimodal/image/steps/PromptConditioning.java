package multimodal.image.steps;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import multimodal.inference.admission.Permit;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * What the network of one request is given at every step besides the sample: one condition for each slot. A UNet that
 * ControlNets steer gets zeros in place of what they add, and one that inpaints everything to paint, where nothing else is
 * said.
 */
public final class PromptConditioning {

    /** The input for {@link TextStates#pooled}; not every UNet has it. */
    static final String POOLED_INPUT = "text_embeds";

    /** The input that tells which tokens are read; not every UNet has it. */
    private static final String MASK_INPUT = "attention_mask";

    private final ClassifierFreeGuidance guidance;
    private final Map<String, Tensor> conditions;

    private PromptConditioning(ClassifierFreeGuidance guidance, Map<String, Tensor> conditions) {
        this.guidance = guidance;
        this.conditions = conditions;
    }

    /**
     * For the UNet: encodes a prompt, and what surrounds a hole.
     *
     * @param prompts steer each picture
     * @param hole the part that is painted, by a model that inpaints; empty to paint everything
     * @param latents shape of the latents that are made, (pictures, channels, height, width)
     */
    public static PromptConditioning encode(
            DiffusionModel model,
            Permit permit,
            Prompts prompts,
            ClassifierFreeGuidance guidance,
            Optional<Hole> hole,
            Shape latents) {
        int imageCount = latents.dimension(0);
        PromptEncoder encoder = new PromptEncoder(model.handle(), permit);
        TextStates states = prompts.encode(encoder, guidance, imageCount);
        Map<String, Tensor> conditions = new HashMap<>();
        conditions.put("encoder_hidden_states", states.hidden());
        if (model.takesPooledText() || prompts.pooled().isPresent()) {
            conditions.put(POOLED_INPUT, states.pooled());
        }
        if (model.takes("unet", MASK_INPUT)) {
            conditions.put(MASK_INPUT, prompts.mask(encoder, guidance, imageCount));
        }
        Shape sample = latents.withRows(guidance.slots(imageCount));
        conditions.putAll(Residuals.zeros(model, sample));
        conditions.putAll(Surroundings.of(model, permit, hole, sample));
        return new PromptConditioning(guidance, conditions);
    }

    /**
     * For a prior: encodes what it makes image embeddings of.
     *
     * @param encoder that reads for the prior
     */
    public static PromptConditioning encodeForPrior(
            PromptEncoder encoder, Prompts prompts, ClassifierFreeGuidance guidance, int imageCount) {
        TextStates states = prompts.encode(encoder, guidance, imageCount);
        Map<String, Tensor> conditions = Map.of(
                "encoder_hidden_states",
                states.hidden(),
                POOLED_INPUT,
                states.pooled(),
                MASK_INPUT,
                prompts.mask(encoder, guidance, imageCount));
        return new PromptConditioning(guidance, conditions);
    }

    /**
     * The network's inputs for one step.
     *
     * @param samples as {@link multimodal.inference.diffusion.NoiseScheduler#networkInput} gives them, float32, of the shape
     *     that was encoded for
     */
    public Map<String, Tensor> inputs(Tensor samples, long timestep) {
        Map<String, Tensor> inputs = new HashMap<>(conditions);
        Tensor sample = guidance.expand(samples);
        long[] timesteps = new long[sample.rows()];
        Arrays.fill(timesteps, timestep);
        inputs.put("sample", sample);
        inputs.put("timestep", Tensor.of(timesteps, timesteps.length));
        return inputs;
    }
}
