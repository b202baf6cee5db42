package multimodal.image.pipeline;

import java.util.Optional;

/**
 * What to add to a prompt.
 *
 * @param prompt not blank
 * @param language that is added in
 * @param style name of a style in the catalogue
 * @param mood name of a mood in the catalogue
 * @param hasQuality whether quality words are added
 */
public record EnhancePromptOptions(
        String prompt, PromptLanguage language, Optional<String> style, Optional<String> mood, boolean hasQuality) {}
