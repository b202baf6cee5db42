package multimodal.inference.lifecycle;

import java.util.Optional;

/**
 * Which model a request means.
 *
 * @param task what it is for
 * @param name as in the repository; empty takes the first of the task that can serve
 * @param version of that name; empty takes the newest that can serve
 */
public record ModelQuery(String task, Optional<String> name, Optional<String> version) {}
