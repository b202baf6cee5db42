package multimodal.image.steps;

import java.util.Map;
import java.util.Optional;
import multimodal.inference.admission.Permit;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * What a UNet that inpaints is given of the picture that it paints into, as diffusers' inpainting pipeline prepares it, but
 * for the latents' mean in place of a drawing around it: {@code mask} float32 (1, 1, height, width), one where it paints, and
 * {@code masked_image_latents} float32 (1, channels, height, width), those of the picture with grey where it paints.
 */
final class Surroundings {

    private static final String MASK = "mask";
    private static final String LATENTS = "masked_image_latents";

    private Surroundings() {}

    /** Whether the UNet paints into pictures. */
    static boolean areTakenBy(DiffusionModel model) {
        return model.takes("unet", MASK);
    }

    /**
     * Both for each slot, by the names of the UNet's inputs; none at all for a UNet that takes none. Without a hole everything
     * is to be painted, and nothing is given.
     *
     * @param sample shape of the latents in a step, (slots, channels, height, width)
     */
    static Map<String, Tensor> of(DiffusionModel model, Permit permit, Optional<Hole> hole, Shape sample) {
        if (!areTakenBy(model)) {
            return Map.of();
        }
        int factor = model.downscaleFactor();
        int height = sample.dimension(2) * factor;
        int width = sample.dimension(3) * factor;
        Mask mask = hole.map(Hole::mask).orElseGet(() -> Mask.everywhere(width, height));
        Tensor latents = hole.map(part -> LatentEncoder.encode(model, permit, kept(part)))
                .orElseGet(() -> GreyLatents.of(model, permit, width, height));
        int slots = sample.dimension(0);
        return Map.of(MASK, mask.cells(factor).repeat(slots), LATENTS, latents.repeat(slots));
    }

    private static Tensor kept(Hole hole) {
        return hole.mask().kept(LatentEncoder.image(hole.picture()));
    }
}
