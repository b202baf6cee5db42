package multimodal.image.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import multimodal.image.pipeline.PromptPart.Kind;
import multimodal.image.steps.DiffusionModel;

/** Adds to a prompt what is asked for, as long as the model still reads all of it. Thread-safe. */
public final class PromptEnhancer {

    private final PromptCatalogue catalogue;

    public PromptEnhancer(PromptCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    public PromptCatalogue catalogue() {
        return catalogue;
    }

    /** Enhances a prompt for {@code model}, of which the tokenizer alone is used. */
    public EnhancedPrompt enhance(DiffusionModel model, EnhancePromptOptions options) {
        String text = options.prompt();
        List<PromptPart> added = new ArrayList<>();
        List<PromptPart> leftOut = new ArrayList<>();
        for (PromptPart part : parts(options)) {
            if (says(text, part)) {
                continue;
            }
            String longer = withoutEnd(text) + options.language().separator() + part.text();
            if (model.tokenCount(longer) <= model.tokenLimit()) {
                text = longer;
                added.add(part);
            } else {
                leftOut.add(part);
            }
        }
        return new EnhancedPrompt(text, added, leftOut, model.tokenCount(text));
    }

    private List<PromptPart> parts(EnhancePromptOptions options) {
        PromptLanguage language = options.language();
        List<PromptPart> parts = new ArrayList<>();
        options.style().ifPresent(name -> parts.add(catalogue.part(Kind.STYLE, name, language)));
        options.mood().ifPresent(name -> parts.add(catalogue.part(Kind.MOOD, name, language)));
        if (options.hasQuality()) {
            parts.addAll(catalogue.parts(Kind.QUALITY, language));
        }
        return parts;
    }

    private static boolean says(String text, PromptPart part) {
        return text.toLowerCase(Locale.ROOT).contains(part.text().toLowerCase(Locale.ROOT));
    }

    /** Without the blanks and the mark at its end, which a comma would follow badly. */
    private static String withoutEnd(String text) {
        return text.replaceFirst("[\\s.,;。，；、]+$", "");
    }
}
