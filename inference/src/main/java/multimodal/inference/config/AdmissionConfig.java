package multimodal.inference.config;

import io.smallrye.config.WithDefault;

/** How much work is let in; under {@code inference.admission}. */
public interface AdmissionConfig {

    /**
     * Cost units that each model admits at the same time, at least 1: slots × steps of a picture, tokens of a text (and what
     * reading its prompt takes), rows of an embedding. What is beyond is refused at once with the delay after which there will be room. Small budgets refuse
     * early and keep waits short; large ones accept work that may end after its deadline and need memory for it. One caller (API
     * key, or address) fills at most four fifths of it.
     */
    @WithDefault("2400")
    long budget();
}
