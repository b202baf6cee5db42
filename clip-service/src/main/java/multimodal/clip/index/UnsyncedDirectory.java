package multimodal.clip.index;

import java.util.Collection;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;

/** A directory that leaves it to the system when files reach the disk: faster, and a power failure may damage it. */
final class UnsyncedDirectory extends FilterDirectory {

    UnsyncedDirectory(Directory directory) {
        super(directory);
    }

    @Override
    public void sync(Collection<String> names) {}

    @Override
    public void syncMetaData() {}
}
