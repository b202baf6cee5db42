package multimodal.inference.repository;

/** A model is a name and a version; both are folder names of the repository. */
public record ModelId(String name, String version) {

    @Override
    public String toString() {
        return name + "/" + version;
    }
}
