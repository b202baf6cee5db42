package multimodal.image;

import java.util.Map;

/**
 * The catalogue that prompts are enhanced from; under {@code image.prompts}. What ships stands in {@code
 * application.properties}; further entries, and other words for those, may come from any source of configuration.
 */
public interface PromptsConfig {

    /** How pictures are made, by name: {@code image.prompts.styles.<name>.english} and {@code .chinese}. */
    Map<String, Words> styles();

    /** What pictures feel like, by name: {@code image.prompts.moods.<name>.…}. */
    Map<String, Words> moods();

    /** How well pictures are made, by name: {@code image.prompts.quality.<name>.…}. All are added, in the order of names. */
    Map<String, Words> quality();

    /** The words of an entry in each language, not blank. */
    interface Words {

        String english();

        String chinese();
    }
}
