package multimodal.image.pipeline;

/** A language that prompts are enhanced in. */
public enum PromptLanguage {
    ENGLISH(", "),
    CHINESE("，");

    private final String separator;

    PromptLanguage(String separator) {
        this.separator = separator;
    }

    /** What stands between two parts of a prompt. */
    String separator() {
        return separator;
    }

    /** Chinese if {@code prompt} has a Chinese character, else English. */
    public static PromptLanguage of(String prompt) {
        boolean hasChinese = prompt.codePoints()
                .anyMatch(character -> Character.UnicodeScript.of(character) == Character.UnicodeScript.HAN);
        return hasChinese ? CHINESE : ENGLISH;
    }
}
