package multimodal.clip.rpc;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import multimodal.clip.pipeline.ClassifyOptions;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.Language;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;

/** Requests for classifications as options of the pipeline. */
final class LabelRequests {

    private static final int MAX_LABELS = 1_000;
    private static final int MAX_TEMPLATES = 16;
    private static final int MAX_LENGTH = 200;
    private static final Pattern PLACE = Pattern.compile("\\{}");

    private LabelRequests() {}

    /** Picture, labels and templates, faults added to {@code check}. */
    static ClassifyOptions classify(ClassifyRequest request, ModelManifest manifest, RequestCheck check) {
        PictureFile picture = ContentRequests.picture("image", request.getImage(), check);
        List<String> labels = labels(request.getLabelsList(), check.violations());
        return new ClassifyOptions(picture, labels, templates(request, manifest, check.violations()));
    }

    private static List<String> labels(List<String> labels, Violations violations) {
        if (!violations.require(
                !labels.isEmpty() && labels.size() <= MAX_LABELS,
                "labels",
                labels.size() + " items",
                "1 to " + MAX_LABELS)) {
            return labels;
        }
        Map<String, Integer> seen = new HashMap<>();
        for (int index = 0; index < labels.size(); index++) {
            String field = "labels[%d]".formatted(index);
            violations.requireText(field, labels.get(index), MAX_LENGTH);
            Integer first = seen.putIfAbsent(labels.get(index), index);
            if (first != null) {
                violations.add(field, labels.get(index), "different from labels[%d]".formatted(first));
            }
        }
        return labels;
    }

    /** The request's own templates, or else the model's for the language of the labels. */
    private static List<String> templates(ClassifyRequest request, ModelManifest manifest, Violations violations) {
        String language = language(request, manifest, violations);
        if (request.getTemplatesCount() == 0) {
            Parameters templates = manifest.parameters().section("templates");
            return templates.has(language) ? templates.texts(language) : List.of();
        }
        return ownTemplates(request.getTemplatesList(), violations);
    }

    private static String language(ClassifyRequest request, ModelManifest manifest, Violations violations) {
        Language asked = request.getLanguage();
        String language = Languages.key(asked).orElseGet(() -> Languages.guess(request.getLabelsList()));
        Parameters templates = manifest.parameters().section("templates");
        boolean isKnown =
                asked != Language.UNRECOGNIZED && (templates.has(language) || request.getTemplatesCount() > 0);
        violations.require(isKnown, "language", asked, "one that the model has templates for: " + keys(templates));
        return language;
    }

    private static List<String> ownTemplates(List<String> templates, Violations violations) {
        if (violations.require(
                templates.size() <= MAX_TEMPLATES,
                "templates",
                templates.size() + " items",
                "at most " + MAX_TEMPLATES)) {
            for (int index = 0; index < templates.size(); index++) {
                String field = "templates[%d]".formatted(index);
                String template = templates.get(index);
                violations.requireLength(field, template, MAX_LENGTH);
                violations.require(PLACE.matcher(template).results().count() == 1, field, template, "exactly one {}");
            }
        }
        return templates;
    }

    private static String keys(Parameters section) {
        return String.join(", ", section.values().keySet().stream().sorted().toList());
    }
}
