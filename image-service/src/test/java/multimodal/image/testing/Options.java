package multimodal.image.testing;

import java.util.Optional;
import multimodal.image.pipeline.GenerateImageOptions;
import multimodal.image.pipeline.InitImage;
import multimodal.image.steps.Controls;
import multimodal.image.steps.Hole;
import multimodal.image.steps.Likeness;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.diffusion.SchedulerChoice;
import multimodal.inference.diffusion.SchedulerKind;
import multimodal.inference.diffusion.TimestepSpacing;
import multimodal.media.Picture;

/** Options with a few things changed. */
public final class Options {

    private String prompt = "cat on snow";
    private String negativePrompt = "";
    private int steps = 5;
    private float guidanceScale = 2.5f;
    private long seed = 11;
    private int width = 128;
    private int height = 128;
    private int imageCount = 1;
    private int previewInterval;
    private float eta;
    private TimestepSpacing timestepSpacing = TimestepSpacing.TRAILING;
    private SchedulerKind scheduler = SchedulerKind.DDIM;
    private boolean isChosen = true;
    private Controls controls = Controls.NONE;
    private Optional<InitImage> init = Optional.empty();
    private Optional<Hole> hole = Optional.empty();
    private Optional<Likeness> likeness = Optional.empty();

    public Options prompt(String value) {
        prompt = value;
        return this;
    }

    public Options negativePrompt(String value) {
        negativePrompt = value;
        return this;
    }

    public Options steps(int value) {
        steps = value;
        return this;
    }

    public Options guidanceScale(float value) {
        guidanceScale = value;
        return this;
    }

    public Options seed(long value) {
        seed = value;
        return this;
    }

    public Options size(int newWidth, int newHeight) {
        width = newWidth;
        height = newHeight;
        return this;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    public Options imageCount(int value) {
        imageCount = value;
        return this;
    }

    public Options previewInterval(int value) {
        previewInterval = value;
        return this;
    }

    public Options eta(float value) {
        eta = value;
        return this;
    }

    public Options timestepSpacing(TimestepSpacing value) {
        timestepSpacing = value;
        return this;
    }

    public Options scheduler(SchedulerKind value) {
        scheduler = value;
        return this;
    }

    /** For a model that has but one scheduler. */
    public Options unscheduled() {
        isChosen = false;
        return this;
    }

    public Options controls(Controls value) {
        controls = value;
        return this;
    }

    /** Starts from a picture, of whose size the result is. */
    public Options init(Picture picture, float strength) {
        init = Optional.of(new InitImage(picture, strength));
        return size(picture.width(), picture.height());
    }

    /** Paints into a picture, of whose size the result is. */
    public Options hole(Hole value) {
        hole = Optional.of(value);
        return size(value.picture().width(), value.picture().height());
    }

    public Options likeness(Likeness value) {
        likeness = Optional.of(value);
        return this;
    }

    public GenerateImageOptions build() {
        return new GenerateImageOptions(
                prompt,
                negativePrompt,
                steps,
                new ClassifierFreeGuidance(guidanceScale),
                seed,
                width,
                height,
                imageCount,
                previewInterval,
                isChosen ? Optional.of(new SchedulerChoice(scheduler, timestepSpacing, eta)) : Optional.empty(),
                init,
                controls,
                hole,
                likeness);
    }
}
