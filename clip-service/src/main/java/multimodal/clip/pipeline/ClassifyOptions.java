package multimodal.clip.pipeline;

import java.util.List;
import multimodal.clip.steps.PictureFile;

/**
 * What to choose from.
 *
 * @param labels at least 1, all different
 * @param templates sentences with one {@code {}} each, at least 1
 */
public record ClassifyOptions(PictureFile picture, List<String> labels, List<String> templates) {

    public ClassifyOptions {
        labels = List.copyOf(labels);
        templates = List.copyOf(templates);
    }
}
