package multimodal.client.demo;

import java.util.List;
import java.util.Locale;
import multimodal.client.run.RunState;
import multimodal.clip.v1.Answer;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.common.v1.Image;

/**
 * What came of one sentence.
 *
 * @param run the finished workflow
 * @param asked the finished workflow that answered the question about the picture
 * @param answer what it answered
 * @param classes how the picture was classified
 */
record DemoRun(DemoPrompt prompt, RunState run, RunState asked, Answer answer, ClassifyResponse classes) {

    DemoPicture picture() {
        return new DemoPicture(prompt.key(), prompt.text(), picture(run));
    }

    /** The picture of a finished {@code run}. */
    static Image picture(RunState run) {
        return run.node("generate_image")
                .picture()
                .orElseThrow(() -> new IllegalStateException("the workflow ended without a picture"));
    }

    /** For example {@code yes (93 %)}. */
    String answerText() {
        return String.format(Locale.ROOT, "%s (%.0f %%)", answer.getAnswer(), 100 * answer.getConfidence());
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
