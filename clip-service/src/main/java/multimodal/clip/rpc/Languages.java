package multimodal.clip.rpc;

import java.util.List;
import java.util.Optional;
import multimodal.common.v1.Language;

/** Languages of the API as the keys of manifests. */
final class Languages {

    static final String ENGLISH = "en";
    static final String CHINESE = "zh";

    private Languages() {}

    /** The key of {@code language}, empty if it was not said or is not known here. */
    static Optional<String> key(Language language) {
        return switch (language) {
            case LANGUAGE_ENGLISH -> Optional.of(ENGLISH);
            case LANGUAGE_CHINESE -> Optional.of(CHINESE);
            case LANGUAGE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    }

    /** The language of a key, unspecified if the API has none for it. */
    static Language of(String key) {
        return switch (key) {
            case ENGLISH -> Language.LANGUAGE_ENGLISH;
            case CHINESE -> Language.LANGUAGE_CHINESE;
            default -> Language.LANGUAGE_UNSPECIFIED;
        };
    }

    /** Chinese if any of {@code texts} has a Chinese character, else English. */
    static String guess(List<String> texts) {
        boolean isChinese = texts.stream()
                .flatMapToInt(String::codePoints)
                .anyMatch(character -> Character.UnicodeScript.of(character) == Character.UnicodeScript.HAN);
        return isChinese ? CHINESE : ENGLISH;
    }
}
