import { requireRoomPackages } from '../common/room-packages';

// By itself, since it has to come before what needs the packages is loaded.
requireRoomPackages('performance-gateway/monitoring');
