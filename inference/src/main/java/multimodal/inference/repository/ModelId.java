package multimodal.inference.repository;

import java.util.Comparator;

/** A model is a name and a version; both are folder names of the repository. Ordered by name, then oldest version first. */
public record ModelId(String name, String version) implements Comparable<ModelId> {

    private static final Comparator<ModelId> ORDER =
            Comparator.comparing(ModelId::name).thenComparing(ModelId::version, VersionOrder.NATURAL);

    @Override
    public int compareTo(ModelId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return name + "/" + version;
    }
}
