package multimodal.image.steps;

import java.util.Arrays;
import java.util.Collections;
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
 * said. Not thread-safe.
 */
public final class PromptConditioning {

    /** The UNet's input for {@link TextStates#pooled}; not every model has it. */
    private static final String POOLED_INPUT = "text_embeds";

    private final DiffusionModel model;
    private final Permit permit;
    private final ClassifierFreeGuidance guidance;
    private final Map<String, Tensor> conditions = new HashMap<>();
    private Optional<Hole> hole = Optional.empty();
    private Map<String, Tensor> others;

    private PromptConditioning(DiffusionModel model, Permit permit, ClassifierFreeGuidance guidance) {
        this.model = model;
        this.permit = permit;
        this.guidance = guidance;
    }

    /**
     * Encodes a prompt for {@code imageCount} pictures that differ in their noise alone.
     *
     * @param negative steers the rows without the prompt; not encoded unless {@code guidance} is active
     */
    public static PromptConditioning encode(
            DiffusionModel model,
            Permit permit,
            PromptTokens prompt,
            PromptTokens negative,
            ClassifierFreeGuidance guidance,
            int imageCount) {
        List<PromptTokens> prompts = guidance.isActive() ? List.of(negative, prompt) : List.of(prompt);
        TextStates states = PromptEncoder.encode(model, permit, prompts);
        TextStates unconditional = states.repeat(0, imageCount);
        TextStates conditional = states.repeat(prompts.size() - 1, imageCount);
        PromptConditioning conditioning = new PromptConditioning(model, permit, guidance);
        conditioning.conditions.put(
                "encoder_hidden_states", guidance.conditions(unconditional.hidden(), conditional.hidden()));
        if (model.takes("unet", POOLED_INPUT)) {
            conditioning.conditions.put(
                    POOLED_INPUT, guidance.conditions(unconditional.pooled(), conditional.pooled()));
        }
        return conditioning;
    }

    /** Has the hole painted, not everything; before the first step. The model inpaints. */
    public void paintInto(Hole newHole) {
        hole = Optional.of(newHole);
    }

    /**
     * The UNet's inputs for one step.
     *
     * @param latents as {@link multimodal.inference.diffusion.NoiseScheduler#networkInput} gives them, float32 (pictures,
     *     channels, height, width); of the same shape in every step
     */
    public Map<String, Tensor> inputs(Tensor latents, long timestep) {
        Map<String, Tensor> inputs = new HashMap<>(conditions);
        Tensor sample = guidance.expand(latents);
        if (others == null) {
            others = others(sample.shape());
        }
        inputs.putAll(others);
        long[] timesteps = new long[sample.rows()];
        Arrays.fill(timesteps, timestep);
        inputs.put("sample", sample);
        inputs.put("timestep", Tensor.of(timesteps, timesteps.length));
        return inputs;
    }

    /** What is the same in every step of latents of one shape. */
    private Map<String, Tensor> others(Shape sample) {
        Map<String, Tensor> same = new HashMap<>(Residuals.zeros(model, sample));
        if (Surroundings.areTakenBy(model)) {
            Surroundings.of(model, permit, hole, sample)
                    .forEach((name, row) ->
                            same.put(name, Tensor.concatenateRows(Collections.nCopies(sample.dimension(0), row))));
        }
        return same;
    }
}
