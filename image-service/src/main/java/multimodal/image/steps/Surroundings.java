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
     * One row of each, by the names of the UNet's inputs. Without a hole everything is to be painted, and nothing is given.
     *
     * @param latents shape of the latents that are painted, (any rows, channels, height, width)
     */
    static Map<String, Tensor> of(DiffusionModel model, Permit permit, Optional<Hole> hole, Shape latents) {
        int factor = model.downscaleFactor();
        if (hole.isPresent()) {
            Mask mask = hole.get().mask();
            Tensor kept = mask.kept(LatentEncoder.image(hole.get().picture()));
            return Map.of(MASK, mask.cells(factor), LATENTS, LatentEncoder.encode(model, permit, kept));
        }
        int height = latents.dimension(2) * factor;
        int width = latents.dimension(3) * factor;
        Tensor grey = GreyLatents.of(model, permit, width, height);
        return Map.of(MASK, Mask.everywhere(width, height).cells(factor), LATENTS, grey);
    }
}
