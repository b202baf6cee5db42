package multimodal.image.pipeline;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import multimodal.image.pipeline.PromptPart.Kind;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/** What prompts can be enhanced with, by kind and name. */
public final class PromptCatalogue {

    private final Map<Kind, NavigableMap<String, Words>> entries = new EnumMap<>(Kind.class);

    /** The words of an entry in each language. */
    public record Words(String english, String chinese) {

        private String in(PromptLanguage language) {
            return switch (language) {
                case ENGLISH -> english;
                case CHINESE -> chinese;
            };
        }
    }

    /**
     * A catalogue of these entries.
     *
     * @throws InferenceException {@code MISCONFIGURED} naming an entry without words
     */
    public PromptCatalogue(Map<Kind, Map<String, Words>> entries) {
        for (Kind kind : Kind.values()) {
            this.entries.put(kind, new TreeMap<>(entries.getOrDefault(kind, Map.of())));
            this.entries.get(kind).forEach((name, words) -> requireWords(kind, name, words));
        }
    }

    private static void requireWords(Kind kind, String name, Words words) {
        if (words.english().isBlank() || words.chinese().isBlank()) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED,
                    "image.prompts: %s %s: blank (expected: words in English and Chinese)".formatted(kind, name));
        }
    }

    /** The names of the entries of a kind. */
    public SortedSet<String> names(Kind kind) {
        return Collections.unmodifiableSortedSet(entries.get(kind).navigableKeySet());
    }

    /** An entry that is there. */
    PromptPart part(Kind kind, String name, PromptLanguage language) {
        return new PromptPart(
                kind, name, entries.get(kind).get(name).in(language).strip());
    }

    /** All entries of a kind, in the order of their names. */
    List<PromptPart> parts(Kind kind, PromptLanguage language) {
        return names(kind).stream().map(name -> part(kind, name, language)).toList();
    }
}
