package multimodal.inference.lifecycle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;

/**
 * Which of a task's models a request means.
 *
 * @param states of the task's models, by name, then oldest version first
 */
record ModelChoice(ModelQuery query, Map<ModelId, ModelState> states) {

    /** See {@link ModelRegistry#find}. */
    ModelId choose() {
        List<ModelId> all = List.copyOf(states.keySet());
        if (all.isEmpty() && !query.parameters().isEmpty()) {
            throw InferenceException.notFound("model.name", "unset", "one for " + query.task() + " with " + wanted());
        }
        if (all.isEmpty()) {
            throw new InferenceException(ErrorKind.UNAVAILABLE, "no model for " + query.task() + " is loaded");
        }
        String name = query.name()
                .orElseGet(() -> firstServable(all).orElse(all.get(0)).name());
        List<ModelId> newestFirst = new ArrayList<>(named(all, name, query.version()));
        Collections.reverse(newestFirst);
        ModelId newest = newestFirst.get(0);
        return firstServable(newestFirst)
                .orElseThrow(() -> new InferenceException(
                        ErrorKind.UNAVAILABLE, "%s: %s (expected: READY)".formatted(newest, states.get(newest))));
    }

    /**
     * Those of {@code all} with the name, and the version if one is given; at least one.
     *
     * @throws InferenceException {@code NOT_FOUND} with what there is
     */
    static List<ModelId> named(List<ModelId> all, String name, Optional<String> version) {
        List<ModelId> named = all.stream().filter(id -> id.name().equals(name)).toList();
        if (named.isEmpty()) {
            TreeSet<String> names = all.stream().map(ModelId::name).collect(Collectors.toCollection(TreeSet::new));
            throw InferenceException.notFound("model.name", name, "one of " + names);
        }
        List<ModelId> found = named.stream()
                .filter(id -> version.isEmpty() || version.get().equals(id.version()))
                .toList();
        if (found.isEmpty()) {
            List<String> versions = named.stream().map(ModelId::version).toList();
            throw InferenceException.notFound("model.version", version.orElseThrow(), "one of " + versions);
        }
        return found;
    }

    private String wanted() {
        return query.parameters().entrySet().stream()
                .map(parameter -> parameter.getKey() + " " + parameter.getValue())
                .sorted()
                .collect(Collectors.joining(" and "));
    }

    private Optional<ModelId> firstServable(List<ModelId> ids) {
        return ids.stream().filter(id -> states.get(id).isServable()).findFirst();
    }
}
