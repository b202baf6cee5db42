package multimodal.inference.lifecycle;

import java.util.Map;
import java.util.Optional;

/**
 * Which model a request means.
 *
 * @param task what it is for
 * @param name as in the repository; empty takes the first that can serve, of those that suit
 * @param version of that name; empty takes the newest that can serve
 * @param parameters what a model that is not named must say in its {@code parameters} to suit
 */
public record ModelQuery(String task, Optional<String> name, Optional<String> version, Map<String, Object> parameters) {

    /** A model of the task, whatever its parameters. */
    public ModelQuery(String task, Optional<String> name, Optional<String> version) {
        this(task, name, version, Map.of());
    }

    /** This query, for a model that says {@code suiting} in its parameters unless it is named. */
    public ModelQuery withParameters(Map<String, Object> suiting) {
        return new ModelQuery(task, name, version, suiting);
    }
}
