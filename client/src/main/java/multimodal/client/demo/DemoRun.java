package multimodal.client.demo;

import java.util.List;
import multimodal.client.run.RunState;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.common.v1.Image;

/**
 * What came of one sentence.
 *
 * @param run the finished workflow
 * @param classes how the picture was classified
 */
record DemoRun(DemoPrompt prompt, RunState run, ClassifyResponse classes) {

    Image picture() {
        return picture(run);
    }

    /** The picture of a finished {@code run}. */
    static Image picture(RunState run) {
        return run.node("generate_image")
                .picture()
                .orElseThrow(() -> new IllegalStateException("the workflow ended without a picture"));
    }

    List<Image> previews() {
        return run.node("generate_image").previews();
    }

    String caption() {
        return run.node("caption_image").text().strip();
    }

    /** The text that follows the caption, with the blank that may stand between them. */
    String continuation() {
        return run.node("continue_text").text().stripTrailing();
    }
}
