package multimodal.clip;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Where collections of images are kept. */
@ConfigMapping(prefix = "clip.index")
public interface IndexConfig {

    /**
     * The folder of the collections, made when the first one is. It belongs to one process: several instances of the service
     * each need a folder of their own, or PostgreSQL. Not used with PostgreSQL.
     */
    @WithDefault("image-index")
    Path directory();

    /**
     * Whether a change is on the disk when it is answered. {@code false} leaves that to the operating system: faster, a crash of
     * the process loses nothing either, but a power failure may damage the index.
     */
    @WithDefault("true")
    boolean fsync();

    /** Streams that fill collections at once, 1 or more; each may hold 32 MiB. */
    @WithDefault("4")
    int streams();

    /** The database, in place of the folder. */
    Postgres postgres();

    /** PostgreSQL with the extension pgvector, 0.8 or newer. */
    interface Postgres {

        /** {@code jdbc:postgresql://host:port/database}. Without it collections lie in the folder. */
        Optional<String> url();

        /** Who may create tables there and, if pgvector is not installed yet, the extension {@code vector}. */
        @WithDefault("postgres")
        String user();

        /** Of the user; none for a database that trusts its callers. */
        Optional<String> password();

        /** Connections at the most, 1 or more; each search and each commit takes one. */
        @WithDefault("8")
        int connections();
    }
}
