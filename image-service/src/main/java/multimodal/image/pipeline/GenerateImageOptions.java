package multimodal.image.pipeline;

import java.util.List;
import java.util.Optional;
import multimodal.image.steps.Controls;
import multimodal.image.steps.Hole;
import multimodal.image.steps.Likeness;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.diffusion.SchedulerChoice;
import multimodal.inference.error.InferenceException;
import multimodal.media.Picture;

/**
 * What picture to make, and how; every choice made, every value within the range of the API. Width and height must also
 * suit the model ({@link multimodal.image.steps.PictureSize}).
 *
 * @param prompt what the picture shows, not blank unless controls or a likeness say it
 * @param negativePrompt what it does not show, possibly empty
 * @param steps denoising steps, 1 to {@value #MAX_STEPS}
 * @param guidance how strongly the prompt steers
 * @param seed of the first picture's noise; picture i is made with {@code seed + i}
 * @param width in pixels
 * @param height in pixels
 * @param imageCount pictures, 1 to {@value #MAX_IMAGES}
 * @param previewInterval steps from one preview to the next, 0 for none
 * @param scheduler the way from noise to the picture; empty for a model that has but one
 * @param init what to start from, of the given width and height; empty to start from noise alone
 * @param controls what steers the layout; their ControlNets are in use as long as the options are
 * @param hole the part that is painted, of a picture of the given width and height; empty to paint everything
 * @param likeness what the pictures shall be like, instead of showing what the prompt says word by word; its model is in use
 *     as long as the options are
 */
public record GenerateImageOptions(
        String prompt,
        String negativePrompt,
        int steps,
        ClassifierFreeGuidance guidance,
        long seed,
        int width,
        int height,
        int imageCount,
        int previewInterval,
        Optional<SchedulerChoice> scheduler,
        Optional<InitImage> init,
        Controls controls,
        Optional<Hole> hole,
        Optional<Likeness> likeness) {

    public static final int MAX_PROMPT_CHARACTERS = 10_000;
    public static final int MAX_STEPS = 150;
    public static final int MAX_IMAGES = 4;
    public static final float MAX_GUIDANCE_SCALE = 30;

    public GenerateImageOptions {
        boolean isPrompted =
                !controls.guessMode() && likeness.map(Likeness::isOfPrompt).orElse(true);
        require(!prompt.isBlank() || !isPrompted, "prompt", "blank", "not only blanks");
        require(steps >= 1 && steps <= MAX_STEPS, "steps", steps, "1 to " + MAX_STEPS);
        require(width >= 1, "width", width, "at least 1");
        require(height >= 1, "height", height, "at least 1");
        require(imageCount >= 1 && imageCount <= MAX_IMAGES, "image_count", imageCount, "1 to " + MAX_IMAGES);
        require(previewInterval >= 0, "preview_interval", previewInterval, "0 or more");
        init.ifPresent(image -> requireSize("init_image", image.picture(), width, height));
        hole.ifPresent(part -> requireSize("mask", part.picture(), width, height));
    }

    /** Steps that are taken: all of {@link #steps}, or the last ones from an init image on; 0 leaves it as it is. */
    public int stepsTaken() {
        return init.map(image -> image.stepsTaken(steps)).orElse(steps);
    }

    /** Steps that a prior takes before them; 0 without one. */
    int priorSteps() {
        return likeness.map(Likeness::priorSteps).orElse(0);
    }

    /** Whether the prompt itself is painted from, not only what was made of it. */
    boolean paintsPrompt() {
        return likeness.map(like -> like.model().keepsPrompt()).orElse(true);
    }

    /** Index of the first step that is taken. */
    int firstStep() {
        return steps - stepsTaken();
    }

    /** Pictures as they go to the client: around a hole as they were, if that is preserved. */
    List<Picture> finished(List<Picture> pictures) {
        return hole.map(part -> pictures.stream().map(part::finish).toList()).orElse(pictures);
    }

    /** Whether step {@code step} of those that are taken, counted from 1, comes with previews. */
    boolean hasPreview(int step) {
        return previewInterval > 0 && step % previewInterval == 0;
    }

    private static void require(boolean holds, String field, Object value, String expected) {
        if (!holds) {
            throw InferenceException.invalid(field, value, expected);
        }
    }

    private static void requireSize(String field, Picture picture, int width, int height) {
        require(
                picture.width() == width && picture.height() == height,
                field,
                picture.width() + "x" + picture.height(),
                width + "x" + height);
    }
}
